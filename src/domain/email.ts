import { err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;

/** An address in canonical form: ASCII, lower case. One person, one spelling. */
export type Email = string & { readonly [brand]: "Email" };

const MAX_LENGTH = 254; // RFC 5321, section 4.5.3.1.3, less the angle brackets
const MAX_LOCAL_LENGTH = 64; // RFC 5321, section 4.5.3.1.1

/** RFC 5322 dot-atom, and a domain of at least two LDH labels (RFC 1035, section 2.3.1). */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The only door to `Email`. Letters outside ASCII are refused, not folded: folding maps
 * different addresses onto one account (the Kelvin sign lower-cases to `k`).
 */
export function parseEmail(input: string): Result<Email, "invalid_email"> {
  if (input.length > MAX_LENGTH || !/^[\x21-\x7e]+$/.test(input)) return err("invalid_email");
  const canonical = input.toLowerCase();
  const at = canonical.lastIndexOf("@");
  const local = canonical.slice(0, Math.max(at, 0));
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL.test(local)) return err("invalid_email");
  if (!DOMAIN.test(canonical.slice(at + 1))) return err("invalid_email");
  return ok(canonical as Email);
}
