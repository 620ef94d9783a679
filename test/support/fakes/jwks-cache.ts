import type { Jwks, JwksCache } from "../../../src/use-cases/keys/ports.ts";

export function memoryJwksCache(): JwksCache {
  let cached: Jwks | null = null;
  return {
    read: async () => cached,
    async write(jwks) {
      cached = jwks;
    },
  };
}
