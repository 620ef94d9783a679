import { timingSafeEqual } from "node:crypto";
import { sha1 } from "@noble/hashes/legacy.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { err, ok, type Result } from "../../../domain/result.ts";
import { fromBase64, utf8 } from "../encoding.ts";
import { isHmacRespelling } from "../hmac-respelling.ts";
import type { HashFault } from "../stored-hash.ts";
import type { ForeignHash } from "./foreign-hash.ts";

const FORM = /^\$pbkdf2/;
/** passlib's: $pbkdf2-sha256$<iterations>$<salt>$<key>, base64 with `.` for `+`, no padding. */
const PBKDF2 =
  /^\$pbkdf2(-sha256|-sha512)?\$([1-9][0-9]{0,9})\$([A-Za-z0-9./]{2,171})\$([A-Za-z0-9./]{22,171})$/;

/** The most iterations are a second and a half on workerd. */
const DIGESTS = {
  "": { digest: sha1, length: 20, maxIterations: 800_000, workPerIteration: 4 },
  "-sha256": { digest: sha256, length: 32, maxIterations: 650_000, workPerIteration: 6 },
  "-sha512": { digest: sha512, length: 64, maxIterations: 400_000, workPerIteration: 8 },
} as const;

/**
 * In JavaScript, since the runtime's own refuses more than 100,000 iterations. Of a key longer than
 * the digest only the first block is computed: each is independent of the others (RFC 8018, section
 * 5.2), and one alone is out of reach of guesses.
 */
export function readPbkdf2(stored: string): Result<ForeignHash, HashFault> | null {
  if (!FORM.test(stored)) return null;
  const match = PBKDF2.exec(stored);
  if (match === null) return err("malformed");
  const { digest, length, maxIterations, workPerIteration } = digestOf(match[1]);
  const c = Number(match[2]);
  const [salt, key] = [fromDottedBase64(match[3] ?? ""), fromDottedBase64(match[4] ?? "")];
  if (salt === null || key === null) return err("malformed");
  if (c > maxIterations) return err("too_costly");
  const block = key.subarray(0, length);
  return ok({
    work: workPerIteration * c,
    compare(password) {
      const computed = pbkdf2(digest, utf8(password), salt, { c, dkLen: block.length });
      const isEqual = timingSafeEqual(computed, block);
      return isEqual && !isHmacRespelling(password, length) ? "match_outdated" : "mismatch";
    },
  });
}

const digestOf = (name: string | undefined) => {
  if (name === "-sha256") return DIGESTS["-sha256"];
  return name === "-sha512" ? DIGESTS["-sha512"] : DIGESTS[""];
};

const fromDottedBase64 = (text: string) => fromBase64(text.replaceAll(".", "+"));
