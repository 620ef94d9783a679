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
import { concat, fromBase64Url, toBase64Url } from "./encoding.ts";
import { mac, type Secrets } from "./secrets.ts";

/*
 * A refresh token on the wire: `rt1.` and base64url of
 * secret version (2 bytes) | user id (16) | session id (16) | secret (32) | tag (16).
 * The tag is HMAC-SHA-256 over all before it, cut to 128 bits: what is forged is refused
 * before any storage is asked.
 */

const PREFIX = "rt1.";
const VERSION_LENGTH = 2;
const ID_LENGTH = 16;
const SECRET_LENGTH = 32;
const TAG_LENGTH = 16;
const BODY_LENGTH = VERSION_LENGTH + 2 * ID_LENGTH + SECRET_LENGTH;

export function refreshTokenCodec(secrets: Secrets): RefreshTokenCodec {
  return {
    newestVersion: secrets.newest,

    parse(text) {
      if (!text.startsWith(PREFIX)) return null;
      const bytes = fromBase64Url(text.slice(PREFIX.length));
      if (bytes?.length !== BODY_LENGTH + TAG_LENGTH) return null;
      const body = bytes.subarray(0, BODY_LENGTH);
      const version = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
      const tag = tagOf(secrets, version, body);
      if (tag === null || !timingSafeEqual(tag, bytes.subarray(BODY_LENGTH))) return null;
      return read(version, body);
    },

    format(token) {
      const body = concat(
        new Uint8Array([token.version >> 8, token.version & 0xff]),
        idBytes(token.userId),
        idBytes(token.sessionId),
        token.secret,
      );
      const tag = tagOf(secrets, token.version, body);
      if (tag === null) throw new Impossible("secret_of_new_token_missing");
      return PREFIX + toBase64Url(concat(body, tag));
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
      const secret = mac(key, concat(idBytes(token.sessionId), token.secret));
      return { ...token, version, secret };
    },

    /** SHA-256 of the secret. It is 256 random bits, so a fast hash is enough. */
    hash: (token) => toBase64Url(sha256(token.secret)),
  };
}

function read(version: number, body: Uint8Array): RefreshToken | null {
  const ids = VERSION_LENGTH + ID_LENGTH;
  const userId = parseUserId(userIdOf(toBase64Url(body.subarray(VERSION_LENGTH, ids))));
  const sessionId = parseSessionId(sessionIdOf(toBase64Url(body.subarray(ids, ids + ID_LENGTH))));
  if (!userId.ok || !sessionId.ok) return null;
  const secret = body.slice(ids + ID_LENGTH);
  return { userId: userId.value, sessionId: sessionId.value, version, secret };
}

function tagOf(secrets: Secrets, version: number, body: Uint8Array): Uint8Array | null {
  const key = secrets.subkey(version, "refresh-token-mac");
  return key === null ? null : mac(key, body).subarray(0, TAG_LENGTH);
}

/** The 16 bytes behind `usr_` or `ses_`. */
function idBytes(id: UserId | SessionId): Uint8Array {
  const bytes = fromBase64Url(id.slice(4));
  if (bytes?.length !== ID_LENGTH) throw new Impossible("id_not_parsed");
  return bytes;
}
