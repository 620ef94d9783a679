import { SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";

/*
 * Hashes would be most of what these tests cost, and nearly all are of the same password and salt:
 * the engine they run with remembers, for the tests of a file, what scrypt gave. Whatever was not
 * asked before is computed, at the cost of production.
 */
const known = new Map<string, Buffer>();
const { native } = SCRYPT_ENGINES;

SCRYPT_ENGINES.native = (password, salt, cost, length) => {
  const asked = JSON.stringify([[...password], [...salt], cost, length]);
  const key = known.get(asked) ?? native(password, salt, cost, length);
  known.set(asked, key);
  return Buffer.from(key);
};
