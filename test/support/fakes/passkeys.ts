import type { Passkey } from "../../../src/domain/credentials/factor.ts";
import type { Assertion, Attestation, Passkeys } from "../../../src/use-cases/credentials/ports.ts";

/*
 * Authenticators without cryptography, for histories that no signature is about: what is signed is
 * written out beside the key.
 */

const ID = "example.com";

/** Keys in place of real ones: whoever holds one can answer for it. */
export const plainPasskeys: Passkeys = {
  creationOptions: async (challenge, { handle }, held) => ({
    challenge,
    rp: { id: ID },
    user: { id: handle },
    excludeCredentials: held.map(({ credentialId }) => ({ id: credentialId })),
  }),

  requestOptions: async (challenge, allowed, isAlone) => ({
    challenge,
    rpId: ID,
    userVerification: isAlone ? "required" : "preferred",
    allowCredentials: (allowed ?? []).map(({ credentialId }) => ({ id: credentialId })),
  }),

  async verifyAttestation(challenge, { id, response }) {
    const [asked, key = ""] = response.attestationObject.split(" ");
    if (asked !== challenge) return null;
    return { credentialId: id, publicKey: key, signCount: 0, method: "swk", transports: [] };
  },

  async verifyAssertion(challenge, { id, publicKey, method, userHandle }: Passkey, { response }) {
    const [asked, key, signCount, touched] = response.signature.split(" ");
    if (asked !== challenge || key !== publicKey || response.userHandle !== userHandle) return null;
    return {
      kind: "passkey",
      id,
      signCount: Number(signCount),
      userVerified: touched === undefined,
      method,
    };
  },
};

type Asked = { readonly challenge: string };

const asked = (options: unknown): Asked => options as Asked;

/** @property key what it signs with, which nobody else has */
export type PlainAuthenticator = {
  readonly id: string;
  readonly key: string;
  readonly userHandle: string;
  /** How often it signed, which a copy of it does not know; null for one that does not count. */
  signCount: number | null;
};

export const madeBy = ({ id, key }: PlainAuthenticator, options: unknown): Attestation => ({
  id,
  response: {
    clientDataJSON: "",
    attestationObject: `${asked(options).challenge} ${key}`,
    transports: [],
  },
});

/** @param isTouched it was touched, and does not know by whom */
export function signedBy(
  authenticator: PlainAuthenticator,
  options: unknown,
  isTouched = false,
): Assertion {
  if (authenticator.signCount !== null) authenticator.signCount += 1;
  const { id, key, userHandle, signCount } = authenticator;
  const signature = `${asked(options).challenge} ${key} ${signCount ?? 0}${isTouched ? " touched" : ""}`;
  return { id, response: { clientDataJSON: "", authenticatorData: "", signature, userHandle } };
}
