import { passkeys } from "../../../src/core/security/passkeys.ts";
import type { Passkey } from "../../../src/domain/credentials/factor.ts";
import { someFactorId, someSessionId } from "../../support/samples.ts";

/* One authenticator's answers, once and for all: what is made of them must repeat itself. */

export const CHALLENGE = "A".repeat(43);

export const { verifyAttestation, verifyAssertion } = passkeys(
  { id: "example.com", origins: ["https://app.example.com"] },
  () => undefined,
);

export const ATTESTATION = {
  id: "GMo0bAXnhJiyDEik4GdxeHYdS2KDW4UaAy6V8H1TSbE",
  clientDataJSON:
    "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSIsIm9yaWdpbiI6Imh0dHBzOi8vYXBwLmV4YW1wbGUuY29tIiwiY3Jvc3NPcmlnaW4iOmZhbHNlfQ",
  attestationObject:
    "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViko3mm9u6vuaVeN4wRgDTidR5oL6ufLTCrE9ISVYbOGUdFAAAAAQAAAAAAAAAAAAAAAAAAAAAAIBjKNGwF54SYsgxIpOBncXh2HUtig1uFGgMulfB9U0mxpQECAyYgASFYINCjSI3-HcFRN0hGMQjvN-JmTTXMuqfv_xexGr3z5j6EIlggHC2p3Wx8QEqmxhx-tMquegk34cLpwbeyo95_NXAfQD0",
};

export const ASSERTION = {
  clientDataJSON:
    "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSIsIm9yaWdpbiI6Imh0dHBzOi8vYXBwLmV4YW1wbGUuY29tIiwiY3Jvc3NPcmlnaW4iOmZhbHNlfQ",
  authenticatorData: "o3mm9u6vuaVeN4wRgDTidR5oL6ufLTCrE9ISVYbOGUcFAAAAAg",
  signature:
    "MEYCIQD9DNCsp0gSOvjdsxk8OqeVqADOb57PZWA-dOd0D4YRVwIhAKv8zVFAYF68dZ5-Ee5cECDcUU3PUIMrwMLp2bJkUOow",
};

/** The passkey that the attestation is of. */
export async function enrolled(): Promise<Passkey> {
  const { id, ...response } = ATTESTATION;
  const answer = await verifyAttestation(CHALLENGE, {
    id,
    response: { ...response, transports: [] },
  });
  if (answer === null) throw new Error("an honest answer was refused");
  return {
    ...answer,
    id: someFactorId(),
    kind: "passkey",
    name: "Key",
    createdAt: 0,
    begunIn: someSessionId(),
    confirmedAt: 0,
    lastUsedAt: null,
    userHandle: "AAAA",
    challenge: CHALLENGE,
  };
}
