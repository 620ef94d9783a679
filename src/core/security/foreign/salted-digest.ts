import { createHash, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "../../../domain/result.ts";
import { fromBase64, fromPaddedBase64, utf8 } from "../encoding.ts";
import type { HashFault } from "../stored-hash.ts";
import type { ForeignHash } from "./foreign-hash.ts";

/*
 * One digest over password and salt. Whoever has such hashes tries billions of passwords a second:
 * they are kept until the first sign-in, and no longer than must be.
 */

const LDAP_FORM = /^\{SSHA/;
/** OpenLDAP's: base64 of the digest and behind it the salt. */
const LDAP = /^\{(SSHA|SSHA256|SSHA512)\}([A-Za-z0-9+/]{20,200}={0,2})$/;
const SCHEMES: Readonly<Record<string, Digest>> = {
  SSHA: { name: "sha1", length: 20 },
  SSHA256: { name: "sha256", length: 32 },
  SSHA512: { name: "sha512", length: 64 },
};

/** `length` in bytes. */
type Digest = { readonly name: string; readonly length: number };

/** Bytes. */
const MAX_SALT = 64;

export function readLdapHash(stored: string): Result<ForeignHash, HashFault> | null {
  if (!LDAP_FORM.test(stored)) return null;
  const [, scheme = "", text = ""] = LDAP.exec(stored) ?? [];
  const digest = SCHEMES[scheme];
  const bytes = fromPaddedBase64(text);
  if (digest === undefined || bytes === null) return err("malformed");
  const [expected, salt] = [bytes.subarray(0, digest.length), bytes.subarray(digest.length)];
  if (salt.length === 0 || salt.length > MAX_SALT) return err("malformed");
  return ok(saltedDigest(digest.name, expected, (password) => [password, salt]));
}

const SHA2_FORM = /^\$salted-sha/;
/** $salted-sha256$salt=prefix$<salt>$<digest>, base64 without padding; this service's own form. */
const SHA2 =
  /^\$salted-(sha256|sha512)\$salt=(prefix|suffix)\$([A-Za-z0-9+/]{2,86})\$([A-Za-z0-9+/]{43,86})$/;

/** SHA-256 or SHA-512, once, of the salt's bytes and the password in that order or the other. */
export function readSaltedSha2(stored: string): Result<ForeignHash, HashFault> | null {
  if (!SHA2_FORM.test(stored)) return null;
  const [, name = "", position, ...texts] = SHA2.exec(stored) ?? [];
  const [salt, expected] = texts.map(fromBase64);
  const length = name === "sha256" ? 32 : 64;
  if (!salt || expected?.length !== length) return err("malformed");
  return ok(
    saltedDigest(name, expected, (password) =>
      position === "prefix" ? [salt, password] : [password, salt],
    ),
  );
}

/** Next to nothing in cost. */
const saltedDigest = (
  name: string,
  expected: Uint8Array,
  parts: (password: Uint8Array) => readonly Uint8Array[],
): ForeignHash => ({
  work: 0,
  compare(password) {
    const hash = createHash(name);
    for (const part of parts(utf8(password))) hash.update(part);
    return timingSafeEqual(hash.digest(), expected) ? "match_outdated" : "mismatch";
  },
});
