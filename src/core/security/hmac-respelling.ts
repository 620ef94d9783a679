import type { Password } from "../../domain/credentials/password.ts";
import { utf8 } from "./encoding.ts";

/**
 * True for a password that HMAC may take for another: one with NULs at its end, or the bytes of a
 * long one's digest, which practically always hold a control character (RFC 2104, section 2).
 * Against a hash that HMAC made of the password itself these are refused, right or not: renewing
 * the hash would lock the owner out.
 *
 * @param digestLength bytes of HMAC's hash
 */
export function isHmacRespelling(password: Password, digestLength: number): boolean {
  if (password.endsWith("\0")) return true;
  return utf8(password).length <= digestLength && /\p{Cc}/u.test(password);
}
