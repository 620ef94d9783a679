import { createHash } from "node:crypto";
import * as OTPAuth from "otpauth/bare";
import type { RecoveryCodes } from "../../use-cases/credentials/ports.ts";
import type { RandomBytes } from "../../use-cases/outside.ts";

/** Codes of a set. */
const CODES = 10;

/** Bytes of a code: 80 bits, which nobody guesses and no slow hash has to protect. */
const LENGTH = 10;

/** Look-up secrets (NIST SP 800-63B, section 3.1.2). */
export const recoveryCodes = (random: RandomBytes): RecoveryCodes => ({
  create: () => Array.from({ length: CODES }, () => shown(new Uint8Array(random(LENGTH)))),
  hash: (userId, code) =>
    createHash("sha256")
      .update(`recovery-code ${userId} ${normal(code)}`)
      .digest("base64url"),
});

/** Base32 (RFC 4648) has no letters that are taken for digits. */
const shown = ({ buffer }: Uint8Array<ArrayBuffer>): string =>
  new OTPAuth.Secret({ buffer }).base32.toLowerCase().replace(/(.{4})(?=.)/g, "$1-");

/** Typed by hand: letters of either case, with or without what parts the groups. */
const normal = (code: string): string => code.toLowerCase().replace(/[\s-]/g, "");
