import { secondFactorTokens } from "../../../src/core/security/second-factor-token.ts";
import { mac } from "../../../src/core/security/secrets.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assertEqual } from "../support/property.ts";
import { SECRETS, subkey } from "../support/secrets.ts";

const tokens = secondFactorTokens(SECRETS);
const body = (first: string): string =>
  `\0\x01${first}${"f".repeat(16)}${"u".repeat(16)}${"\0".repeat(16)}`;

/** A token, and one that is made of the input's bytes and tagged as ours are. */
export const target: FuzzTarget = {
  seeds: [`sf1.${"A".repeat(90)}`, body("\x01"), body("\x02")],
  maxLength: 130,
  holds(input) {
    const bytes = Buffer.from(input, "latin1");
    const tag = mac(subkey("second-factor-mac"), bytes).subarray(0, 16);
    const made = `sf1.${Buffer.concat([bytes, tag]).toString("base64url")}`;
    return [input, made]
      .map((text) => {
        const parsed = tokens.parse(text);
        // Our own numbers are exact: versions and times are far below 2^53.
        const isOurs =
          parsed !== null && Number.isSafeInteger(parsed.accountVersion + parsed.startedAt);
        if (isOurs) assertEqual(tokens.format(parsed), text);
        return parsed?.first;
      })
      .join();
  },
};
