import { createCipheriv, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "../../../domain/result.ts";
import { concat, fromPaddedBase64, utf8 } from "../encoding.ts";
import { isHmacRespelling } from "../hmac-respelling.ts";
import { type Cost, type HashFault, isTooCostly, workOf } from "../stored-hash.ts";
import type { ForeignHash } from "./foreign-hash.ts";

const FORM = /^\$fbscrypt\$/;
/**
 * The form that Supabase Auth gives to Firebase's hashes: memory cost n, rounds r, salt separator
 * ss, signer key sk; base64 with padding.
 */
const FIREBASE =
  /^\$fbscrypt\$v=1,n=([1-9][0-9]?),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3}),ss=([A-Za-z0-9+/]{0,100}={0,2}),sk=([A-Za-z0-9+/]{40,200}={0,2})\$([A-Za-z0-9+/]{4,100}={0,2})\$([A-Za-z0-9+/]{40,200}={0,2})$/;

const KEY_LENGTH = 32;
const NO_NONCE = new Uint8Array(16);
const HMAC_DIGEST_LENGTH = 32;

/**
 * Firebase's scrypt: the signer key, which all of a project's hashes share, encrypted by AES-256 in
 * counter mode under what scrypt makes of the password (github.com/firebase/scrypt).
 */
export function readFirebaseScrypt(stored: string): Result<ForeignHash, HashFault> | null {
  if (!FORM.test(stored)) return null;
  const match = FIREBASE.exec(stored);
  if (match === null) return err("malformed");
  const cost: Cost = { ln: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  const [separator, signer, salt, expected] = match.slice(4).map(fromPaddedBase64);
  if (!separator || !signer || !salt || expected?.length !== signer.length) {
    return err("malformed");
  }
  if (isTooCostly(cost)) return err("too_costly");
  return ok({
    work: workOf(cost),
    async compare(password, engine) {
      const key = await engine(utf8(password), concat(salt, separator), cost, KEY_LENGTH);
      const cipher = createCipheriv("aes-256-ctr", key, NO_NONCE);
      const isEqual = timingSafeEqual(cipher.update(signer), expected);
      const isRight = isEqual && !isHmacRespelling(password, HMAC_DIGEST_LENGTH);
      return isRight ? "match_outdated" : "mismatch";
    },
  });
}
