import { mailTokenCodec } from "../../../src/core/security/mail-token.ts";
import { mac } from "../../../src/core/security/secrets.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assertEqual } from "../support/property.ts";
import { SECRETS, subkey } from "../support/secrets.ts";

const codec = mailTokenCodec(SECRETS);
const head = (purpose: string): string => `\0\x01${purpose}${"u".repeat(16)}${"\0".repeat(16)}`;

/** A token, and one that is made of the input's bytes and tagged as ours are. */
export const target: FuzzTarget = {
  seeds: [`mt1.${"A".repeat(68)}`, head("\x01"), head("\x03"), `${head("\x04")}ada@example.com`],
  maxLength: 330,
  holds(input) {
    const body = Buffer.from(input, "latin1");
    const tag = mac(subkey("mail-token-mac"), body).subarray(0, 16);
    const made = `mt1.${Buffer.concat([body, tag]).toString("base64url")}`;
    return [input, made]
      .map((text) => {
        const parsed = codec.parse(text);
        // Our own numbers are exact: versions and times are far below 2^53.
        const isOurs =
          parsed !== null && Number.isSafeInteger(parsed.accountVersion + parsed.expiresAt);
        if (isOurs) assertEqual(codec.format(parsed), text);
        return parsed?.purpose;
      })
      .join();
  },
};
