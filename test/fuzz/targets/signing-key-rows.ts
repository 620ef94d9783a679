import { keysIn } from "../../../src/persistence/d1/keys/signing-key-rows.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { valueIn } from "../support/json.ts";
import { assertEqual } from "../support/property.ts";

const row = (publicJwk: object, alg = "ES256") => ({
  ...{ kid: "A".repeat(43), alg, sequence: 1, publicJwk: JSON.stringify(publicJwk) },
  ...{ wrappedPrivate: "w", createdAt: 1, signsFrom: 2, revokedAt: null },
});
const xy = { x: "A".repeat(43), y: "A".repeat(43) };

/** Whatever a row of D1 holds, it is a key or one that counts as revoked, and the log says which. */
export const target: FuzzTarget = {
  seeds: [
    row({ kty: "EC", crv: "P-256", ...xy }),
    row({ kty: "OKP", crv: "Ed25519", x: xy.x }, "EdDSA"),
    { ...row({}), revokedAt: "never" },
  ].map((one) => JSON.stringify(one)),
  maxLength: 600,
  holds(input) {
    const value = valueIn(input);
    const isRow = typeof value === "object" && value !== null && !Array.isArray(value);
    const told: string[] = [];
    const keys = keysIn(isRow ? [value] : [], 3, ({ event }) => told.push(event));
    for (const { publicJwk, revokedAt } of keys) {
      if (publicJwk.x === "") assertEqual(revokedAt === null, false);
    }
    return `${keys.length} ${told.join()}`;
  },
};
