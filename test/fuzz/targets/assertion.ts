import type { FuzzTarget } from "../engine/corpus.ts";
import {
  ASSERTION,
  ATTESTATION,
  CHALLENGE,
  enrolled,
  verifyAssertion,
} from "../support/passkeys.ts";
import { assert } from "../support/property.ts";

const bytes = (text: string): string => Buffer.from(text, "base64url").toString("latin1");
const parts = ["clientDataJSON", "authenticatorData", "signature"] as const;
const passkey = await enrolled();

/**
 * What an authenticator signed, with the input in place of each part: nothing but what was signed is
 * taken. The signature itself may be spelled in several ways, which is no matter: no answer is taken
 * twice.
 */
export const target: FuzzTarget = {
  seeds: parts.map((part) => bytes(ASSERTION[part])),
  maxLength: 200,
  async holds(input) {
    const changed = Buffer.from(input, "latin1").toString("base64url");
    const found = [];
    for (const part of parts) {
      const response = { ...ASSERTION, userHandle: null, [part]: changed };
      const proof = await verifyAssertion(CHALLENGE, passkey, { id: ATTESTATION.id, response });
      const isOwn = part === "signature" || changed === ASSERTION[part];
      assert(proof === null || isOwn, `another ${part} was taken`);
      found.push(proof === null ? "refused" : part);
    }
    return found.join();
  },
};
