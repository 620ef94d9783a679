import type { Password } from "../../../domain/credentials/password.ts";
import { err, type Result } from "../../../domain/result.ts";
import type { Engine, HashFault } from "../stored-hash.ts";
import { readArgon2 } from "./argon2.ts";
import { readBcrypt } from "./bcrypt.ts";
import { readFirebaseScrypt } from "./firebase-scrypt.ts";
import { readPbkdf2 } from "./pbkdf2.ts";
import { readLdapHash, readSaltedSha2 } from "./salted-digest.ts";

/** A hash that another product made of the password itself, in UTF-8. */
export type ForeignHash = {
  /**
   * What comparing costs at the least, in the unit of `workOf`: N*r*p of scrypt. An even number,
   * from times on workerd with scrypt in JavaScript.
   */
  readonly work: number;
  /**
   * `match` where the hash cannot tell the password from others, so that it must not be replaced
   * by one of what was typed.
   */
  compare(password: Password, engine: Engine): ForeignVerdict | Promise<ForeignVerdict>;
};

type ForeignVerdict = "match" | "match_outdated" | "mismatch";

/** Null for what does not begin as this form does: no two forms begin alike. */
type Reader = (stored: string) => Result<ForeignHash, HashFault> | null;

const READERS: readonly Reader[] = [
  readBcrypt,
  readArgon2,
  readPbkdf2,
  readFirebaseScrypt,
  readLdapHash,
  readSaltedSha2,
];

/** What is above its form's ceiling is refused: it would stall the isolate, or end it. */
export function readForeignHash(stored: string): Result<ForeignHash, HashFault> {
  for (const read of READERS) {
    const found = read(stored);
    if (found !== null) return found;
  }
  return err("unknown_form");
}
