import { publishedKeys, type SigningKeyPolicy } from "../../domain/keys/signing-key.ts";
import type { Jwks, StoredSigningKey } from "./ports.ts";

/** What verifiers are shown: public halves only. */
export function jwksOf(
  keys: readonly StoredSigningKey[],
  now: number,
  policy: SigningKeyPolicy,
): Jwks {
  return {
    keys: publishedKeys(keys, now, policy).map(({ publicJwk, kid, alg }) => ({
      ...publicJwk,
      kid,
      alg,
      use: "sig",
    })),
  };
}
