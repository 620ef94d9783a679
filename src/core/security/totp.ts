import { createHmac } from "node:crypto";
import * as OTPAuth from "otpauth/bare";
import type { Totp } from "../../domain/credentials/factor.ts";
import type { FactorId, UserId } from "../../domain/ids.ts";
import type { OneTimePasswords } from "../../use-cases/credentials/ports.ts";
import { type RandomBytes, Unavailable } from "../../use-cases/outside.ts";
import type { Secrets } from "./secrets.ts";
import { unwrap, versionOf, wrap } from "./wrapping.ts";

const LABEL = "totp-wrap";

/** As authenticators assume it, some of which read nothing else from the address (RFC 6238). */
const USUAL = {
  algorithm: "SHA1",
  digits: 6,
  period: 30,
  hmac: (_algorithm: string, key: Uint8Array, message: Uint8Array) =>
    new Uint8Array(createHmac("sha1", key).update(message).digest()),
};

/** Bytes of a shared secret: as many as the hash has (RFC 4226, section 4). */
const SECRET_LENGTH = 20;

/** Steps either side that a code may be of: clocks differ, and typing takes time. */
const WINDOW = 1;

/** @param issuer what authenticators show a code under */
export function oneTimePasswords(
  secrets: Secrets,
  issuer: string,
  random: RandomBytes,
): OneTimePasswords {
  return {
    async create(userId, id, label) {
      const bytes = new Uint8Array(random(SECRET_LENGTH));
      const secret = secretOf(bytes);
      return {
        wrapped: await wrap(secrets, LABEL, ownerOf(userId, id), bytes),
        secret: secret.base32,
        uri: new OTPAuth.TOTP({ ...USUAL, issuer, label, secret }).toString(),
      };
    },

    async stepOf(userId, { id, wrappedSecret }, code, now) {
      const bytes = await unwrap(secrets, LABEL, ownerOf(userId, id), wrappedSecret);
      if (bytes === null) throw new Unavailable("second factor's secret");
      const totp = new OTPAuth.TOTP({ ...USUAL, secret: secretOf(bytes) });
      const delta = totp.validate({ token: code, timestamp: now, window: WINDOW });
      return delta === null ? null : totp.counter({ timestamp: now }) + delta;
    },

    async rewrapped(userId, { id, wrappedSecret }: Totp) {
      if (versionOf(wrappedSecret) === secrets.newest) return null;
      const owner = ownerOf(userId, id);
      const bytes = await unwrap(secrets, LABEL, owner, wrappedSecret);
      return bytes && wrap(secrets, LABEL, owner, bytes);
    },
  };
}

const secretOf = ({ buffer }: Uint8Array<ArrayBuffer>) => new OTPAuth.Secret({ buffer });

const ownerOf = (userId: UserId, id: FactorId): string => `${userId} ${id}`;
