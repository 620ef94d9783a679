import { remoteKeys } from "../../../src/client/remote-keys.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert } from "../support/property.ts";

const ec = {
  ...{ kty: "EC", crv: "P-256", alg: "ES256", use: "sig", kid: "k" },
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};
const okp = {
  ...{ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid: "k" },
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};

const OUTAGES = [
  "the JWKS could not be fetched",
  "the JWKS was fetched before the token was issued",
];

/** Whatever the issuer's address answers: a key of ours by that kid, none, or an outage. */
export const target: FuzzTarget = {
  seeds: [{ keys: [ec] }, { keys: [okp, null] }, { keys: [{ ...ec, d: "AA" }] }, []].map((set) =>
    JSON.stringify(set),
  ),
  maxLength: 500,
  async holds(input) {
    const fetch = async () =>
      new Response(input, { headers: { age: input.slice(0, 3).trim() || "0" } });
    const keys = remoteKeys({ jwksUrl: "https://auth.example.com/", fetch, clock: () => 0 });
    const found = await keys.find("k", () => 0).catch((error: unknown) => error);
    if (found instanceof Error) assert(OUTAGES.includes(found.message), "threw");
    return found instanceof Error ? "outage" : String(found !== null);
  },
};
