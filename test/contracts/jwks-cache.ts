import { describe, expect, it } from "vitest";
import type { Jwks, JwksCache } from "../../src/use-cases/keys/ports.ts";

const JWKS: Jwks = {
  keys: [
    { kty: "EC", crv: "P-256", x: "x1", y: "y1", kid: "one", alg: "ES256", use: "sig" },
    { kty: "OKP", crv: "Ed25519", x: "x2", kid: "two", alg: "EdDSA", use: "sig" },
  ],
};

/** @param make gives an empty cache */
export function jwksCacheContract(make: () => Promise<JwksCache>): void {
  describe("JwksCache", () => {
    it("has nothing before it was written", async () => {
      expect(await (await make()).read()).toBeNull();
    });

    it("gives back what was written last", async () => {
      const cache = await make();
      await cache.write(JWKS);
      expect(await cache.read()).toEqual(JWKS);
      await cache.write({ keys: JWKS.keys.slice(1) });
      expect(await cache.read()).toEqual({ keys: JWKS.keys.slice(1) });
      await cache.write({ keys: [] });
      expect(await cache.read()).toEqual({ keys: [] });
    });
  });
}
