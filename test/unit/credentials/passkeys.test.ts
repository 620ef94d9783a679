import { describe, expect, it } from "vitest";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { passkeys } from "../../../src/core/security/passkeys.ts";
import type { Passkey } from "../../../src/domain/credentials/factor.ts";
import { type Authenticator, newAuthenticator } from "../../support/authenticator.ts";
import { someFactorId, someSessionId } from "../../support/samples.ts";

const ORIGIN = "https://app.example.com";
const RELATED = "https://app.example.org";
const refusals: unknown[] = [];
const { verifyAttestation, verifyAssertion, creationOptions, requestOptions } = passkeys(
  { id: "example.com", origins: [ORIGIN, RELATED] },
  (error) => refusals.push(error),
);

const challenge = () => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
const OWNER = { handle: "b3duZXI", email: "ann@example.com", name: null };

type Lies = NonNullable<Parameters<Authenticator["create"]>[1]>;

const asked = (value: string) => ({
  challenge: value,
  rp: { id: "example.com" },
  user: { id: OWNER.handle },
});

async function enrolled(authenticator: Authenticator, lies: Lies = {}): Promise<Passkey | null> {
  const value = challenge();
  const answer = await verifyAttestation(value, await authenticator.create(asked(value), lies));
  return (
    answer && {
      ...answer,
      id: someFactorId(),
      kind: "passkey",
      name: "key",
      createdAt: 1,
      begunIn: someSessionId(),
      confirmedAt: 1,
      lastUsedAt: null,
      userHandle: OWNER.handle,
      challenge: value,
    }
  );
}

async function answered(authenticator: Authenticator, passkey: Passkey, lies: Lies = {}) {
  const value = challenge();
  const assertion = await authenticator.get({ challenge: value, rpId: "example.com" }, lies);
  return verifyAssertion(value, passkey, assertion);
}

const newKey = (given: Parameters<typeof newAuthenticator>[0] = {}) =>
  newAuthenticator({ origin: ORIGIN, ...given });

async function both(given: Parameters<typeof newAuthenticator>[0] = {}) {
  const authenticator = await newKey(given);
  const passkey = await enrolled(authenticator);
  if (passkey === null) throw new Error("an honest passkey was refused");
  return { authenticator, passkey };
}

/** What an authenticator or a page could say of itself, and must not. */
const WRONG: readonly (readonly [string, Lies])[] = [
  ["a page of another origin", { origin: "https://app.example.com.evil.org" }],
  ["a page of the same origin by another scheme", { origin: "http://app.example.com" }],
  ["another relying party", { rpId: "example.org" }],
  ["another ceremony", { type: "payment.get" }],
  ["another challenge", { challenge: "AAAA" }],
  ["a page in another's frame", { crossOrigin: true }],
  ["nobody who touched it", { userPresent: false }],
];

describe("Passkeys, what an authenticator makes", () => {
  it.each(["ES256", "EdDSA", "RS256"] as const)("is taken with %s", async (algorithm) => {
    const { authenticator, passkey } = await both({ algorithm });
    expect(passkey).toMatchObject({ credentialId: authenticator.id, signCount: 1, method: "hwk" });
    expect(await answered(authenticator, passkey)).toEqual({
      kind: "passkey",
      id: passkey.id,
      signCount: 2,
      userVerified: true,
      method: "hwk",
    });
  });

  it("is refused with an algorithm that nobody asked for", async () => {
    expect(await enrolled(await newKey({ algorithm: "ES384" }))).toBeNull();
  });

  it.each([...WRONG, ["nobody it knew", { userVerified: false }] as const])(
    "is refused of %s",
    async (_, lies) => {
      expect(await enrolled(await newKey(), lies)).toBeNull();
    },
  );

  it("is taken from every page that is configured", async () => {
    expect(await enrolled(await newKey({ origin: RELATED }))).not.toBeNull();
  });

  it("may be attested by itself, and by nobody else", async () => {
    expect(await enrolled(await newKey(), { selfAttested: true })).not.toBeNull();
    const certificate = new Map<string, unknown>([
      ["alg", -7],
      ["sig", new Uint8Array(70)],
    ]);
    const certified = new Map<string, unknown>([...certificate, ["x5c", [new Uint8Array(300)]]]);
    refusals.length = 0;
    for (const format of ["packed", "fido-u2f", "apple", "tpm", "android-key"]) {
      expect(await enrolled(await newKey(), { attestation: [format, certified] })).toBeNull();
    }
    for (const format of ["android-safetynet", "another"]) {
      expect(await enrolled(await newKey(), { attestation: [format, certificate] })).toBeNull();
    }
    // Nothing looked at a certificate, which names addresses to call.
    expect(refusals).toEqual([]);
    for (const format of ["none", "packed"]) {
      expect(await enrolled(await newKey(), { attestation: [format, certificate] })).toBeNull();
    }
  });

  it("is refused under another id than it says", async () => {
    const authenticator = await newKey();
    const value = challenge();
    const credential = await authenticator.create(asked(value));
    expect(await verifyAttestation(value, { ...credential, id: "AAAA" })).toBeNull();
    expect(await verifyAttestation(value, credential)).not.toBeNull();
  });

  it.each(["", "AAAA", "oA", "eyJ9", "_____w"])("is refused as %j", async (junk) => {
    const authenticator = await newKey();
    const value = challenge();
    const { id, response } = await authenticator.create(asked(value));
    expect(
      await verifyAttestation(value, { id, response: { ...response, attestationObject: junk } }),
    ).toBeNull();
    expect(
      await verifyAttestation(value, { id, response: { ...response, clientDataJSON: junk } }),
    ).toBeNull();
  });
});

describe("Passkeys, what an authenticator signs", () => {
  it.each(WRONG)("is refused of %s", async (_, lies) => {
    const { authenticator, passkey } = await both();
    expect(await answered(authenticator, passkey, lies)).toBeNull();
  });

  it("says whether it knew its owner, and whether others have its key", async () => {
    const { authenticator, passkey } = await both({ synced: true, counts: false });
    expect(passkey).toMatchObject({ method: "swk", signCount: 0 });
    const touched = await answered(authenticator, passkey, { userVerified: false });
    expect(touched).toMatchObject({ userVerified: false, method: "swk", signCount: 0 });
  });

  it("is told with what it counted, which its object judges", async () => {
    const { authenticator, passkey } = await both();
    const counted = { ...passkey, signCount: 100 };
    expect(await answered(authenticator, counted, { signCount: 7 })).toMatchObject({
      signCount: 7,
    });
  });

  it("is refused of another authenticator, and of one whose key became another kind", async () => {
    const { passkey } = await both();
    const other = await both();
    expect(await answered(other.authenticator, passkey)).toBeNull();
    const key = { ...other.passkey, publicKey: passkey.publicKey };
    expect(await answered(other.authenticator, key)).toBeNull();
    expect(await answered(other.authenticator, { ...other.passkey, method: "swk" })).toBeNull();
  });

  it("is refused under another id than its own", async () => {
    const { authenticator, passkey } = await both();
    const value = challenge();
    const assertion = await authenticator.get({ challenge: value, rpId: "example.com" });
    expect(await verifyAssertion(value, passkey, { ...assertion, id: "AAAA" })).toBeNull();
    expect(await verifyAssertion(value, passkey, assertion)).not.toBeNull();
  });

  it("may leave its owner out, and names no other", async () => {
    const { authenticator, passkey } = await both();
    expect(await answered(authenticator, passkey, { userHandle: null })).not.toBeNull();
    expect(await answered(authenticator, passkey, { userHandle: "YW5vdGhlcg" })).toBeNull();
  });

  it.each(["clientDataJSON", "authenticatorData", "signature"] as const)(
    "is refused with its %s changed",
    async (part) => {
      const { authenticator, passkey } = await both();
      const value = challenge();
      const { id, response } = await authenticator.get({ challenge: value, rpId: "example.com" });
      for (const junk of ["", "AAAA", `A${response[part].slice(1)}`]) {
        expect(
          await verifyAssertion(value, passkey, { id, response: { ...response, [part]: junk } }),
        ).toBeNull();
      }
    },
  );
});

it("an operator is told why one does not verify: a page may be missing in the configuration", async () => {
  refusals.length = 0;
  const { authenticator, passkey } = await both();
  await answered(authenticator, passkey, { origin: "https://new.example.com" });
  expect(refusals).toEqual([expect.any(Error)]);
});

describe("Passkeys, what browsers are asked", () => {
  it("one that can be found without a name, that knows its owner, and without attestation", async () => {
    const { passkey } = await both();
    const value = challenge();
    expect(await creationOptions(value, OWNER, [passkey])).toMatchObject({
      challenge: value,
      rp: { id: "example.com" },
      user: { id: OWNER.handle, name: "ann@example.com", displayName: "ann@example.com" },
      attestation: "none",
      timeout: 300_000,
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: [{ id: passkey.credentialId, transports: ["usb"] }],
      pubKeyCredParams: [{ alg: -8 }, { alg: -7 }, { alg: -257 }],
    });
  });

  it("any that knows its owner, or one of those that are named", async () => {
    const { passkey } = await both();
    const value = challenge();
    expect(await requestOptions(value, null, true)).toMatchObject({
      challenge: value,
      rpId: "example.com",
      timeout: 300_000,
      userVerification: "required",
      allowCredentials: [],
    });
    expect(await requestOptions(value, [passkey], false)).toMatchObject({
      userVerification: "preferred",
      allowCredentials: [{ id: passkey.credentialId, type: "public-key", transports: ["usb"] }],
    });
  });
});
