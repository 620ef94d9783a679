import { refreshTokenCodec } from "../../../src/core/security/refresh-token-codec.ts";
import { mac } from "../../../src/core/security/secrets.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assertEqual } from "../support/property.ts";
import { SECRETS, subkey } from "../support/secrets.ts";

const codec = refreshTokenCodec(SECRETS);

/** A token, and one that is made of the input's bytes and tagged as ours are. */
export const target: FuzzTarget = {
  seeds: [`rt1.${"A".repeat(110)}`, `\0\x01${"u".repeat(64)}`, `\0\x02${"\xff".repeat(64)}`],
  maxLength: 130,
  holds(input) {
    const body = Buffer.from(input.slice(0, 66), "latin1");
    const tag = mac(subkey("refresh-token-mac"), body).subarray(0, 16);
    const made = `rt1.${Buffer.concat([body, tag]).toString("base64url")}`;
    return [input, made]
      .map((text) => {
        const parsed = codec.parse(text);
        if (parsed !== null) assertEqual(codec.format(parsed), text);
        return parsed !== null;
      })
      .join();
  },
};
