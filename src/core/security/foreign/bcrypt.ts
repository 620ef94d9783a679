import { compareSync } from "bcryptjs";
import type { Password } from "../../../domain/credentials/password.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import { utf8 } from "../encoding.ts";
import type { HashFault } from "../stored-hash.ts";
import type { ForeignHash } from "./foreign-hash.ts";

const FORM = /^\$2[a-z]?\$/;
/** `$2x$` and `$2$` are of implementations with mistakes. Salt and key end in spare bits. */
const BCRYPT = /^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

const MIN_COST = 4;
/** A good second on workerd. */
const MAX_COST = 14;
const WORK_PER_ROUND = 160;

/** Bytes of a password that count; what is behind them is not looked at. */
const SIGNIFICANT_LENGTH = 72;

/** bcrypt of any length of password, as the products do that cut it. */
export function readBcrypt(stored: string): Result<ForeignHash, HashFault> | null {
  if (!FORM.test(stored)) return null;
  const match = BCRYPT.exec(stored);
  const cost = Number(match?.[1]);
  if (match === null || cost < MIN_COST) return err("malformed");
  if (cost > MAX_COST) return err("too_costly");
  return ok({
    work: WORK_PER_ROUND * 2 ** cost,
    compare(password) {
      const isEqual = compareSync(password, stored);
      if (!isEqual || isRespelling(password)) return "mismatch";
      // What was typed up to the cut, or mistyped behind it, would be the password from then on.
      return utf8(password).length >= SIGNIFICANT_LENGTH ? "match" : "match_outdated";
    },
  });
}

/** The key is the password and a NUL, over and over: one that holds a NUL may be another's. */
const isRespelling = (password: Password): boolean => password.includes("\0");
