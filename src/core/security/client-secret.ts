import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import type { ServiceAccountId } from "../../domain/ids.ts";
import type { ClientSecretCodec } from "../../use-cases/clients/authenticate-client.ts";
import type { RandomBytes } from "../../use-cases/outside.ts";
import { concat, fromBase64Url, toBase64Url, utf8 } from "./encoding.ts";
import { mac, newestSubkey, type Secrets } from "./secrets.ts";

/*
 * A client secret on the wire: `scs_` and base64url of
 * random bytes (24) | tag (8).
 * The random bytes cannot be guessed, so a fast hash of the whole keeps them. The tag authenticates
 * nobody: it only keeps guesses from the account's object. It is HMAC-SHA-256 over account and
 * random bytes, cut to 64 bits.
 */

const PREFIX = "scs_";
const RANDOM_LENGTH = 24;
const TAG_LENGTH = 8;
const LABEL = "client-secret-mac";

export function clientSecretCodec(secrets: Secrets, random: RandomBytes): ClientSecretCodec {
  const hash = (secret: string): Uint8Array => sha256(utf8(secret));

  return {
    create(id) {
      const drawn = random(RANDOM_LENGTH);
      const tag = tagOf(newestSubkey(secrets, LABEL), id, drawn);
      const secret = PREFIX + toBase64Url(concat(drawn, tag));
      return { secret, hash: toBase64Url(hash(secret)) };
    },

    isMadeFor(id, secret) {
      const bytes = secret.startsWith(PREFIX) ? fromBase64Url(secret.slice(PREFIX.length)) : null;
      if (bytes?.length !== RANDOM_LENGTH + TAG_LENGTH) return false;
      const [drawn, tag] = [bytes.subarray(0, RANDOM_LENGTH), bytes.subarray(RANDOM_LENGTH)];
      return secrets.versions.some((version) => {
        const key = secrets.subkey(version, LABEL);
        return key !== null && timingSafeEqual(tagOf(key, id, drawn), tag);
      });
    },

    matches(secret, kept) {
      const [stored, presented] = [utf8(kept), utf8(toBase64Url(hash(secret)))];
      return stored.length === presented.length && timingSafeEqual(stored, presented);
    },
  };
}

const tagOf = (key: Uint8Array, id: ServiceAccountId, drawn: Uint8Array): Uint8Array =>
  mac(key, concat(utf8(id), drawn)).subarray(0, TAG_LENGTH);
