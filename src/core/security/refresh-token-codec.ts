import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  parseSessionId,
  parseUserId,
  type SessionId,
  sessionIdOf,
  type UserId,
  userIdOf,
} from "../../domain/ids.ts";
import { Impossible } from "../../use-cases/outside.ts";
import type { RefreshToken, RefreshTokenCodec } from "../../use-cases/sessions/ports.ts";
import { toBase64Url } from "./encoding.ts";
import { mac, type Secrets } from "./secrets.ts";

/*
 * A refresh token on the wire: `rt1.` and base64url of
 * secret version (2 bytes) | user id (16) | session id (16) | secret (32) | tag (16).
 * The tag is HMAC-SHA-256 over all before it, cut to 128 bits: what is forged is refused
 * before any storage is asked.
 */

const PREFIX = "rt1.";
const ID_LENGTH = 16;
const SECRET_LENGTH = 32;
const TAG_LENGTH = 16;
/** Where the parts begin; the version is first. */
const USER_AT = 2;
const SESSION_AT = USER_AT + ID_LENGTH;
const SECRET_AT = SESSION_AT + ID_LENGTH;
const TAG_AT = SECRET_AT + SECRET_LENGTH;
const LENGTH = TAG_AT + TAG_LENGTH;

export function refreshTokenCodec(secrets: Secrets): RefreshTokenCodec {
  return {
    newestVersion: secrets.newest,

    parse(text) {
      const bytes = Buffer.from(text.slice(PREFIX.length), "base64url");
      // One spelling each, the prefix in it: the decoder lets others pass.
      if (bytes.length !== LENGTH || spelled(bytes) !== text) return null;
      const tag = tagOf(secrets, bytes);
      if (tag === null || !timingSafeEqual(tag, bytes.subarray(TAG_AT))) return null;
      return read(bytes);
    },

    format(token) {
      const bytes = Buffer.alloc(LENGTH);
      bytes.writeUInt16BE(token.version);
      writeId(bytes, USER_AT, token.userId);
      writeId(bytes, SESSION_AT, token.sessionId);
      bytes.set(token.secret, SECRET_AT);
      const tag = tagOf(secrets, bytes);
      if (tag === null) throw new Impossible("secret_of_new_token_missing");
      bytes.set(tag, TAG_AT);
      return spelled(bytes);
    },

    first: (userId, sessionId, secret) => ({
      userId,
      sessionId,
      version: secrets.newest,
      secret,
    }),

    /** Derived, not drawn: whoever retries gets the same successor again. */
    successor(token, version) {
      const key = secrets.subkey(version, "refresh-token-successor");
      if (key === null) return null;
      const input = Buffer.alloc(ID_LENGTH + SECRET_LENGTH);
      writeId(input, 0, token.sessionId);
      input.set(token.secret, ID_LENGTH);
      return { ...token, version, secret: mac(key, input) };
    },

    /** SHA-256 of the secret. It is 256 random bits, so a fast hash is enough. */
    hash: (token) => toBase64Url(sha256(token.secret)),
  };
}

const spelled = (bytes: Buffer): string => PREFIX + bytes.toString("base64url");

function read(bytes: Buffer): RefreshToken | null {
  const userId = parseUserId(userIdOf(bytes.toString("base64url", USER_AT, SESSION_AT)));
  const sessionId = parseSessionId(sessionIdOf(bytes.toString("base64url", SESSION_AT, SECRET_AT)));
  if (!userId.ok || !sessionId.ok) return null;
  const secret = new Uint8Array(bytes.subarray(SECRET_AT, TAG_AT));
  return {
    userId: userId.value,
    sessionId: sessionId.value,
    version: bytes.readUInt16BE(),
    secret,
  };
}

/** The tag that the bytes before it must have, or null for an unknown version. */
function tagOf(secrets: Secrets, bytes: Buffer): Uint8Array | null {
  const key = secrets.subkey(bytes.readUInt16BE(), "refresh-token-mac");
  return key === null ? null : mac(key, bytes.subarray(0, TAG_AT)).subarray(0, TAG_LENGTH);
}

/** Writes the 16 bytes behind `usr_` or `ses_`. */
function writeId(to: Buffer, at: number, id: UserId | SessionId): void {
  const written = to.write(id.slice(4), at, ID_LENGTH, "base64url");
  if (written !== ID_LENGTH) throw new Impossible("id_not_parsed");
}
