import { Buffer } from "node:buffer";
import { type Email, parseEmail } from "../../domain/accounts/email.ts";
import type { MailToken, MailTokenPurpose } from "../../domain/accounts/mail-token.ts";
import { parseUserId, userIdOf } from "../../domain/ids.ts";
import type { MailTokenCodec } from "../../use-cases/accounts/mail-tokens.ts";
import { concat, utf8 } from "./encoding.ts";
import type { Secrets } from "./secrets.ts";
import { opened, sealed } from "./tagged-token.ts";

/*
 * The token in a link that was mailed: a tagged token whose body is
 * purpose (1 byte) | user id (16) | account version (8) | expiry (8) |
 * new address (none but for a change of it).
 */

const KIND = { prefix: "mt1.", label: "mail-token-mac" } as const;
const ID_LENGTH = 16;
/** Where the parts begin; the purpose is first. */
const USER_AT = 1;
const ACCOUNT_AT = USER_AT + ID_LENGTH;
const EXPIRY_AT = ACCOUNT_AT + 8;
const EMAIL_AT = EXPIRY_AT + 8;

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
      head.writeUInt8(PURPOSES[token.purpose]);
      head.write(token.userId.slice(4), USER_AT, ID_LENGTH, "base64url");
      head.writeBigUInt64BE(BigInt(token.accountVersion), ACCOUNT_AT);
      head.writeBigUInt64BE(BigInt(token.expiresAt), EXPIRY_AT);
      return sealed(secrets, KIND, concat(head, utf8(token.newEmail ?? "")));
    },

    parse(text) {
      const body = opened(secrets, KIND, text);
      return body !== null && body.length >= EMAIL_AT ? read(body) : null;
    },
  };
}

function read(body: Buffer): MailToken | null {
  const purpose = purposeOf(body.readUInt8());
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
