import { emailCodes } from "../../../src/core/security/email-codes.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";
import { SECRETS, subkey } from "../support/secrets.ts";

const codes = emailCodes(SECRETS, (length) => new Uint8Array(length));
const NONCE = new Uint8Array(12);
const seal = { name: "AES-GCM", iv: NONCE };
const raw = subkey("email-code-flow");
const key = crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);

/** A flow as a client might send it, and one that is sealed as ours are. */
export const target: FuzzTarget = {
  seeds: [`cf1.${"A".repeat(411)}`, `${"i".repeat(16)}${"\0".repeat(8)}ada@example.com`],
  maxLength: 420,
  async holds(input) {
    assert((await codes.open(input)) === null, "forged");
    const plain = Buffer.alloc(278);
    plain.write(input, "latin1");
    const sealed = Buffer.from(await crypto.subtle.encrypt(seal, await key, plain));
    const text = Buffer.concat([new Uint8Array([0, 1]), NONCE, sealed]).toString("base64url");
    const flow = await codes.open(`cf1.${text}`);
    if (flow === null) return "none";
    assertEqual(/^1\.[\w-]{22}$/.test(flow.id), true);
    return "flow";
  },
};
