import type { FuzzTarget } from "../engine/corpus.ts";
import { ATTESTATION, CHALLENGE, verifyAttestation } from "../support/passkeys.ts";
import { assertEqual } from "../support/property.ts";

const bytes = (text: string): string => Buffer.from(text, "base64url").toString("latin1");
const { id, clientDataJSON, attestationObject } = ATTESTATION;

/** What an authenticator verifyAttestation, byte by byte: of the id that it came with, or refused. */
export const target: FuzzTarget = {
  seeds: [bytes(attestationObject), bytes(clientDataJSON)],
  maxLength: 260,
  async holds(input) {
    const changed = Buffer.from(input, "latin1").toString("base64url");
    const of = (response: object) =>
      verifyAttestation(CHALLENGE, {
        id,
        response: { clientDataJSON, attestationObject, transports: [], ...response },
      });
    const found = [await of({ attestationObject: changed }), await of({ clientDataJSON: changed })];
    for (const one of found) if (one !== null) assertEqual(one.credentialId, id);
    return found.map((one) => one?.method ?? "refused").join();
  },
};
