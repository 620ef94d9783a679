import type { Email } from "../accounts/email.ts";
import { err, ok, type Result } from "../result.ts";

declare const brand: unique symbol;

/** A password as it is hashed: well-formed Unicode in NFC, neither trimmed nor cut. */
export type Password = string & { readonly [brand]: "Password" };

/** Code points. NIST SP 800-63B-4, section 3.1.1.2, asks for at least 64. */
export const PASSWORD_MAX_LENGTH = 256;

/** Why a password that is well formed may still not be chosen. */
export type PasswordWeakness =
  | "too_short"
  | "common"
  | "breached"
  | "sequential"
  | "contains_context"
  | "guessable";

/** A code point that NFC composes was spelled in at most so many UTF-16 units. */
const MOST_UNITS_BEFORE_NFC = 4;

/**
 * The door for a password somebody presents at sign-in: any length up to the maximum,
 * since the minimum may have been lower when it was chosen.
 */
export function parsePassword(input: string): Result<Password, "malformed" | "too_long"> {
  // A lone surrogate is encoded as U+FFFD, so two different passwords would hash alike.
  if (input.length === 0 || !input.isWellFormed()) return err("malformed");
  if (input.length > MOST_UNITS_BEFORE_NFC * PASSWORD_MAX_LENGTH) return err("too_long");
  const normalized = input.normalize("NFC");
  return codePoints(normalized) > PASSWORD_MAX_LENGTH
    ? err("too_long")
    : ok(normalized as Password);
}

export function isLongEnough(password: Password, minLength: number): boolean {
  return codePoints(password) >= minLength;
}

/** Names shorter than this occur by chance in good passphrases. */
const MIN_CONTEXT_LENGTH = 4;

/** What may not stand in a password here: the address, its local part, the product (ASVS 6.2.11). */
export function contextWords(email: Email, productNames: readonly string[]): string[] {
  const words = [email, localPart(email), ...productNames];
  return words
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= MIN_CONTEXT_LENGTH);
}

/** The words of the local part, which an attacker would try among the first. */
export const nameWords = (email: Email): string[] => localPart(email).split(/[^a-z0-9]+/);

const localPart = (email: Email): string => email.slice(0, email.lastIndexOf("@"));

export function containsContext(password: Password, words: readonly string[]): boolean {
  const lower = password.toLowerCase();
  return words.some((word) => lower.includes(word));
}

function codePoints(text: string): number {
  return [...text].length;
}
