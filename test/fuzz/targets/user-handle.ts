import { mac } from "../../../src/core/security/secrets.ts";
import { userHandles } from "../../../src/core/security/user-handle.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assertEqual } from "../support/property.ts";
import { SECRETS, subkey } from "../support/secrets.ts";

const { format, parse } = userHandles(SECRETS);

/** A handle, and one that is made of the input's bytes and tagged as ours are. */
export const target: FuzzTarget = {
  seeds: ["A".repeat(46), `\0\x01${"u".repeat(16)}`, `\0\x02${"u".repeat(16)}`],
  maxLength: 60,
  holds(input) {
    const bytes = Buffer.from(input, "latin1");
    const tag = mac(subkey("user-handle-mac"), bytes).subarray(0, 16);
    const made = Buffer.concat([bytes, tag]).toString("base64url");
    return [input, made]
      .map((text) => {
        const parsed = parse(text);
        if (parsed?.isProven) assertEqual(format(parsed.userId), text);
        return parsed === null ? "none" : String(parsed.isProven);
      })
      .join();
  },
};
