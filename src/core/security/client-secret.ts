import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import type { ClientSecretCodec } from "../../use-cases/clients/authenticate-client.ts";
import type { RandomBytes } from "../../use-cases/outside.ts";
import { toBase64Url, utf8 } from "./encoding.ts";

const PREFIX = "scs_";
const SECRET_LENGTH = 32;

/** Client secrets: `scs_` and 32 random bytes. They cannot be guessed, so a fast hash keeps them. */
export function clientSecretCodec(random: RandomBytes): ClientSecretCodec {
  const hash = (secret: string): Uint8Array => sha256(utf8(secret));

  return {
    create() {
      const secret = PREFIX + toBase64Url(random(SECRET_LENGTH));
      return { secret, hash: toBase64Url(hash(secret)) };
    },

    matches(secret, hashes) {
      const presented = utf8(toBase64Url(hash(secret)));
      const equal = hashes
        .map(utf8)
        .filter((stored) => stored.length === presented.length)
        .map((stored) => timingSafeEqual(stored, presented));
      return equal.includes(true);
    },
  };
}
