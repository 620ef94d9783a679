import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { type Email, parseEmail } from "../../domain/accounts/email.ts";
import type { MailToken, MailTokenPurpose } from "../../domain/accounts/mail-token.ts";
import { parseUserId, userIdOf } from "../../domain/ids.ts";
import type { MailTokenCodec } from "../../use-cases/accounts/mail-tokens.ts";
import { Impossible } from "../../use-cases/outside.ts";
import { concat, fromBase64Url, utf8 } from "./encoding.ts";
import { mac, type Secrets } from "./secrets.ts";

/*
 * The token in a link that was mailed: `mt1.` and base64url of
 * secret version (2 bytes) | purpose (1) | user id (16) | account version (8) | expiry (8) |
 * new address (none but for a change of it) | tag (16).
 * The tag is HMAC-SHA-256 over all before it, cut to 128 bits: what is forged is refused before any
 * storage is asked.
 */

const PREFIX = "mt1.";
const ID_LENGTH = 16;
const TAG_LENGTH = 16;
/** Where the parts begin; the secret's version is first. */
const PURPOSE_AT = 2;
const USER_AT = PURPOSE_AT + 1;
const ACCOUNT_AT = USER_AT + ID_LENGTH;
const EXPIRY_AT = ACCOUNT_AT + 8;
const EMAIL_AT = EXPIRY_AT + 8;
const MAX_EMAIL_LENGTH = 254;

/** A number is never given a second meaning. */
const PURPOSES: Readonly<Record<MailTokenPurpose, number>> = {
  verify: 1,
  reset: 2,
  invite: 3,
  change_email: 4,
};

export function mailTokenCodec(secrets: Secrets): MailTokenCodec {
  return {
    format(token) {
      const head = Buffer.alloc(EMAIL_AT);
      head.writeUInt16BE(secrets.newest);
      head.writeUInt8(PURPOSES[token.purpose], PURPOSE_AT);
      head.write(token.userId.slice(4), USER_AT, ID_LENGTH, "base64url");
      head.writeBigUInt64BE(BigInt(token.accountVersion), ACCOUNT_AT);
      head.writeBigUInt64BE(BigInt(token.expiresAt), EXPIRY_AT);
      const body = concat(head, utf8(token.newEmail ?? ""));
      const tag = tagOf(secrets, body);
      if (tag === null) throw new Impossible("secret_of_new_token_missing");
      return PREFIX + Buffer.from(concat(body, tag)).toString("base64url");
    },

    parse(text) {
      const bytes = text.startsWith(PREFIX) ? fromBase64Url(text.slice(PREFIX.length)) : null;
      const length = bytes?.length ?? 0;
      if (bytes === null || length < EMAIL_AT + TAG_LENGTH) return null;
      if (length > EMAIL_AT + MAX_EMAIL_LENGTH + TAG_LENGTH) return null;
      const body = bytes.subarray(0, -TAG_LENGTH);
      const tag = tagOf(secrets, body);
      if (tag === null || !timingSafeEqual(tag, bytes.subarray(-TAG_LENGTH))) return null;
      return read(Buffer.from(body));
    },
  };
}

function read(body: Buffer): MailToken | null {
  const purpose = purposeOf(body.readUInt8(PURPOSE_AT));
  const userId = parseUserId(userIdOf(body.toString("base64url", USER_AT, ACCOUNT_AT)));
  const address = body.toString("utf8", EMAIL_AT);
  const newEmail = address === "" ? null : parseSpelt(address);
  if (purpose === null || !userId.ok || newEmail === undefined) return null;
  if ((purpose === "change_email") !== (newEmail !== null)) return null;
  return {
    purpose,
    userId: userId.value,
    accountVersion: Number(body.readBigUInt64BE(ACCOUNT_AT)),
    expiresAt: Number(body.readBigUInt64BE(EXPIRY_AT)),
    newEmail,
  };
}

/** Undefined for what is no address, or another spelling of one. */
function parseSpelt(address: string): Email | undefined {
  const email = parseEmail(address);
  return email.ok && email.value === address ? email.value : undefined;
}

function purposeOf(number: number): MailTokenPurpose | null {
  const names = Object.keys(PURPOSES) as MailTokenPurpose[];
  return names.find((name) => PURPOSES[name] === number) ?? null;
}

/** The tag that the bytes must have, or null for an unknown version. */
function tagOf(secrets: Secrets, body: Uint8Array): Uint8Array | null {
  const version = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
  const key = secrets.subkey(version, "mail-token-mac");
  return key === null ? null : mac(key, body).subarray(0, TAG_LENGTH);
}
