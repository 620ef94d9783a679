import { readForeignHash } from "../../../src/core/security/foreign/foreign-hash.ts";
import { formatHash, parseHash } from "../../../src/core/security/stored-hash.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";
import { FIREBASE_HASH, FOREIGN_HASHES } from "../../support/foreign-hashes.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

/** Above it one comparison takes so long that little else is tried. */
const CHEAP = 2 ** 13;
/** N*r*p of scrypt, which is a second and more on workerd. */
const COSTLIEST = 2 ** 22;

const noEngine = (_: unknown, __: unknown, ___: unknown, length: number) => new Uint8Array(length);

/** A hash is of one form, is spelt in one way, and can be compared with at a bounded cost. */
export const target: FuzzTarget = {
  seeds: [
    ...Object.values(FOREIGN_HASHES),
    FIREBASE_HASH,
    "$scrypt-sha256$ln=15,r=8,p=3$BwcHBwcHBwcHBwcHBwcHBw$XOko/Q0qcGi3TDrl5TtdZmskzSUhjKUdO1xbryNGZLU",
  ],
  maxLength: 400,
  holds(input) {
    const own = parseHash(input);
    if (own.ok && own.value.isDigested) {
      assertEqual(formatHash(own.value.cost, own.value.salt, own.value.key), input);
    }
    const foreign = readForeignHash(input);
    assert(!(own.ok && foreign.ok), "two forms");
    if (!foreign.ok) return own.ok ? "own" : `${own.error} ${foreign.error}`;
    const { work, compare } = foreign.value;
    assert(work >= 0 && work <= COSTLIEST, `work of ${work}`);
    return work > CHEAP ? "costly" : compare("a password" as Password, noEngine);
  },
};
