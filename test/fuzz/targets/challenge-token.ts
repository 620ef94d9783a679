import { challenges } from "../../../src/core/security/challenge-token.ts";
import { mac } from "../../../src/core/security/secrets.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert } from "../support/property.ts";
import { SECRETS, subkey } from "../support/secrets.ts";

const { parse } = challenges(SECRETS, (length) => new Uint8Array(length));
const body = (purpose: string): string => `\0\x01${"c".repeat(32)}${"\0".repeat(8)}${purpose}`;

/** A token, and one that is made of the input's bytes and tagged as ours are. */
export const target: FuzzTarget = {
  seeds: [`ch1.${"A".repeat(90)}`, body("sign-in"), body("step-up ses_"), body("")],
  maxLength: 130,
  holds(input) {
    const bytes = Buffer.from(input, "latin1");
    const tag = mac(subkey("challenge-mac"), bytes).subarray(0, 16);
    const made = `ch1.${Buffer.concat([bytes, tag]).toString("base64url")}`;
    assert(parse(input) === null, "one that nobody made");
    const parsed = parse(made);
    if (parsed !== null) assert(parsed.value.length === 43, "of another length");
    return parsed?.purpose.split(" ")[0]?.slice(0, 9) ?? "none";
  },
};
