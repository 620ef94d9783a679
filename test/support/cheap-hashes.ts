import { toBase64 } from "../../src/core/security/encoding.ts";
import { SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";
import { PASSWORD_HASH } from "./client.ts";

/*
 * For tests of how passwords are counted or replaced, which hash dozens and ask nothing of the
 * hashes: imported by a file, new ones are scrypt's at the least cost. What stands in D1 as a test
 * wrote it is verified at its own.
 */
const { native } = SCRYPT_ENGINES;
const LEAST = { ln: 1, r: 1, p: 1 };
const [, , , written] = PASSWORD_HASH.split("$");

SCRYPT_ENGINES.native = (password, salt, cost, length) =>
  native(password, salt, toBase64(salt) === written ? cost : LEAST, length);
