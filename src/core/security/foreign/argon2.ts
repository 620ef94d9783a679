import { timingSafeEqual } from "node:crypto";
import { argon2i, argon2id } from "@noble/hashes/argon2.js";
import { err, ok, type Result } from "../../../domain/result.ts";
import { fromBase64, utf8 } from "../encoding.ts";
import type { HashFault } from "../stored-hash.ts";
import type { ForeignHash } from "./foreign-hash.ts";

const FORM = /^\$argon2/;
/** Version 1.3 (RFC 9106) without key or associated data; salts and keys of 8 to 64 bytes. */
const PHC =
  /^\$argon2(i|id)\$v=19\$m=([1-9][0-9]{0,9}),t=([1-9][0-9]{0,9}),p=([1-9][0-9]{0,7})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** KiB; the isolate has 128 MiB for everything. */
const MAX_MEMORY = 64 * 1_024;
/** KiB written in all: a good second on workerd. */
const MAX_WRITTEN = 4 * MAX_MEMORY;
const MAX_LANES = 16;
/** Blocks of a lane (RFC 9106, section 3.1). */
const MIN_LANE = 8;
const WORK_PER_KIB = 8;

export function readArgon2(stored: string): Result<ForeignHash, HashFault> | null {
  if (!FORM.test(stored)) return null;
  const match = PHC.exec(stored);
  if (match === null) return err("malformed");
  const [m, t, p] = [Number(match[2]), Number(match[3]), Number(match[4])];
  const [salt, key] = [fromBase64(match[5] ?? ""), fromBase64(match[6] ?? "")];
  if (salt === null || key === null || m < MIN_LANE * p) return err("malformed");
  if (m > MAX_MEMORY || m * t > MAX_WRITTEN || p > MAX_LANES) return err("too_costly");
  const argon2 = match[1] === "i" ? argon2i : argon2id;
  return ok({
    work: WORK_PER_KIB * m * t,
    compare(password) {
      const computed = argon2(utf8(password), salt, { m, t, p, dkLen: key.length });
      return timingSafeEqual(computed, key) ? "match_outdated" : "mismatch";
    },
  });
}
