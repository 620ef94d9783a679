import { createVerifier, type Verifier } from "../../src/client/index.ts";
import type { JwksServer } from "./jwks-server.ts";
import { EXPECTED, NOW } from "./model-tokens.ts";

/** A verifier that knows an issuer by its key set alone, with a clock that the test moves. */
export function remoteVerifier({ url }: Pick<JwksServer, "url">): {
  readonly verifier: Verifier;
  /** @param seconds negative moves it back */
  move(seconds: number): void;
} {
  let now = NOW * 1_000;
  return {
    verifier: createVerifier({
      jwksUrl: url,
      issuer: EXPECTED.issuer,
      audience: EXPECTED.audience,
      clock: () => now,
    }),
    move(seconds) {
      now += seconds * 1_000;
    },
  };
}
