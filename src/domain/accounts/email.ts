import { err, ok, type Result } from "../result.ts";

declare const brand: unique symbol;

/**
 * An address in canonical form: ASCII, lower case, of an international domain its ASCII form. One
 * person, one spelling.
 */
export type Email = string & { readonly [brand]: "Email" };

const MAX_LENGTH = 254; // RFC 5321, section 4.5.3.1.3, less the angle brackets
const MAX_LOCAL_LENGTH = 64; // RFC 5321, section 4.5.3.1.1

/** RFC 5322 dot-atom, and a domain of at least two LDH labels (RFC 1035, section 2.3.1). */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Letters, marks and digits that are seen: nothing that a URL would read as anything but a name. */
const INTERNATIONAL = /^[[\p{L}\p{M}\p{N}.\-]--\p{Default_Ignorable_Code_Point}]+$/v;

/** Which part is at fault: `international_local_part` has letters outside ASCII before the @. */
export type EmailFault = "invalid_email" | "international_local_part" | "invalid_domain";

/**
 * The only door to `Email`. Letters outside ASCII before the @ are refused, not folded: folding
 * maps different addresses onto one account (the Kelvin sign lower-cases to `k`). A domain has an
 * ASCII form, which is the same name to everyone who looks it up (RFC 5891).
 */
export function parseEmail(input: string): Result<Email, EmailFault> {
  if (input.length > MAX_LENGTH) return err("invalid_email");
  const at = input.lastIndexOf("@");
  const local = input.slice(0, Math.max(at, 0));
  if (/\P{ASCII}/u.test(local)) return err("international_local_part");
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL.test(local.toLowerCase())) {
    return err("invalid_email");
  }
  const domain = asciiDomain(input.slice(at + 1));
  if (!DOMAIN.test(domain)) return err("invalid_domain");
  const canonical = `${local.toLowerCase()}@${domain}`;
  return canonical.length > MAX_LENGTH ? err("invalid_email") : ok(canonical as Email);
}

/** As a browser would look it up (UTS #46); empty for what is no domain. */
function asciiDomain(domain: string): string {
  if (/^[\x21-\x7e]*$/.test(domain)) return domain.toLowerCase();
  // A full-width letter or a Kelvin sign would turn into a plain one.
  const isPlain = ["NFKC", "NFKD"].some((form) => domain.normalize(form) === domain);
  if (!isPlain || !INTERNATIONAL.test(domain)) return "";
  return URL.parse(`http://${domain}`)?.hostname ?? "";
}
