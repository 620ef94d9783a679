import type { PasswordHasher } from "../../../src/use-cases/credentials/ports.ts";

/** Hashes that cost nothing and hide nothing: `current:` and the password. */
export const plainHasher: PasswordHasher = {
  hash: async (password) => `current:${password}`,
  async verify(password, stored) {
    if (stored === `current:${password}`) return "match";
    if (stored === `old:${password}`) return "match_outdated";
    return /^(current|old):/.test(stored) ? "mismatch" : "unreadable";
  },
  verifyNothing: async () => undefined,
};
