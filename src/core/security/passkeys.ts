import { Buffer } from "node:buffer";
import type { PasskeyMethod } from "../../domain/assurance.ts";
import type { Passkey } from "../../domain/credentials/factor.ts";
import type { Passkeys } from "../../use-cases/credentials/ports.ts";
import { toBase64Url } from "./encoding.ts";

/** The library is large and few requests need it: the first that does loads it. */
const webauthn = () => import("@simplewebauthn/server");
const helpers = () => import("@simplewebauthn/server/helpers");

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812), whatever a later version of the library offers. */
const ALGORITHMS = [-8, -7, -257];

/** Milliseconds that a browser gives its user. */
const TIMEOUT = 5 * 60 * 1_000;

/**
 * Whose passkeys these are (WebAuthn 3, section 4).
 *
 * @property id a domain
 * @property origins the pages that may ask for one
 */
export type RelyingParty = { readonly id: string; readonly origins: readonly string[] };

/** @param refused told why an answer does not verify: it may be the configuration that is wrong */
export function passkeys(
  { id: rpId, origins }: RelyingParty,
  refused: (error: unknown) => void,
): Passkeys {
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: rpId,
  });

  /** What the library refuses, it throws. */
  const unlessRefused = async <T>(verify: () => Promise<T | null>): Promise<T | null> => {
    try {
      return await verify();
    } catch (error) {
      refused(error);
      return null;
    }
  };

  return {
    async creationOptions(challenge, { handle, email, name }, held) {
      const { generateRegistrationOptions } = await webauthn();
      const options = await generateRegistrationOptions({
        rpName: rpId,
        rpID: rpId,
        userID: bytesOf(handle),
        userName: email,
        userDisplayName: name ?? email,
        challenge: bytesOf(challenge),
        timeout: TIMEOUT,
        attestationType: "none",
        excludeCredentials: held.map(descriptorOf),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        supportedAlgorithmIDs: ALGORITHMS,
      });
      return { ...options };
    },

    async requestOptions(challenge, allowed, isAlone) {
      const { generateAuthenticationOptions } = await webauthn();
      const options = await generateAuthenticationOptions({
        rpID: rpId,
        challenge: bytesOf(challenge),
        timeout: TIMEOUT,
        userVerification: isAlone ? "required" : "preferred",
        allowCredentials: (allowed ?? []).map(descriptorOf),
      });
      return { ...options };
    },

    async verifyAttestation(challenge, { id, response }) {
      const { verifyRegistrationResponse } = await webauthn();
      const { decodeAttestationObject } = await helpers();
      return unlessRefused(async () => {
        const { clientDataJSON, attestationObject } = response;
        const statement = decodeAttestationObject(bytesOf(attestationObject));
        if (isFramed(response) || isCertified(statement)) return null;
        const { registrationInfo } = await verifyRegistrationResponse({
          ...expected(challenge),
          response: asSent(id, { clientDataJSON, attestationObject }),
          requireUserVerification: true,
          supportedAlgorithmIDs: ALGORITHMS,
        });
        if (registrationInfo?.credential.id !== id) return null;
        const { credential, credentialDeviceType } = registrationInfo;
        return {
          credentialId: id,
          publicKey: toBase64Url(credential.publicKey),
          signCount: credential.counter,
          method: methodOf(credentialDeviceType),
          transports: response.transports,
        };
      });
    },

    async verifyAssertion(challenge, passkey, { id, response }) {
      const { verifyAuthenticationResponse } = await webauthn();
      return unlessRefused(async () => {
        if (isFramed(response)) return null;
        const { clientDataJSON, authenticatorData, signature } = response;
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          ...expected(challenge),
          response: asSent(id, { clientDataJSON, authenticatorData, signature }),
          // What it counted is judged where the last count is kept.
          credential: {
            id: passkey.credentialId,
            publicKey: bytesOf(passkey.publicKey),
            counter: 0,
          },
          requireUserVerification: false,
        });
        const { newCounter, userVerified, credentialDeviceType } = authenticationInfo;
        const method = methodOf(credentialDeviceType);
        const { userHandle } = response;
        const isSame = id === passkey.credentialId && method === passkey.method;
        const isOwn = userHandle === null || userHandle === passkey.userHandle;
        if (!verified || !isSame || !isOwn) return null;
        return { kind: "passkey", id: passkey.id, signCount: newCounter, userVerified, method };
      });
    },
  };
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));

const asSent = <R>(id: string, response: R) => ({
  id,
  rawId: id,
  type: "public-key" as const,
  response,
  clientExtensionResults: {},
});

const descriptorOf = ({ credentialId, transports }: Passkey) => ({
  id: credentialId,
  transports: [...transports],
});

/** One that cannot leave its authenticator, or one that its owner's devices share. */
const methodOf = (deviceType: "singleDevice" | "multiDevice"): PasskeyMethod =>
  deviceType === "singleDevice" ? "hwk" : "swk";

/** Whether a page of another origin had the one that asked in a frame. */
function isFramed({ clientDataJSON }: { readonly clientDataJSON: string }): boolean {
  const data: unknown = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString());
  return Object(data).crossOrigin === true;
}

type Statement = {
  get(key: "fmt"): string;
  get(key: "attStmt"): { get(key: "x5c"): unknown };
};

/** None was asked for. To verify a certificate is to call the addresses that it names. */
const isCertified = (statement: Statement): boolean =>
  statement.get("fmt") !== "none" &&
  (statement.get("fmt") !== "packed" || statement.get("attStmt").get("x5c") !== undefined);
