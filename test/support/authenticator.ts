import { Buffer } from "node:buffer";
import type { Assertion, Attestation } from "../../src/use-cases/credentials/ports.ts";

/*
 * An authenticator in software (WebAuthn 3, sections 6 and 7) with real keys, and the part of a
 * browser that talks to it. Whatever a liar could say can be said.
 */

type Algorithm = "ES256" | "EdDSA" | "RS256" | "ES384";

/** COSE identifiers, and what WebCrypto calls them. */
const COSE: Readonly<Record<Algorithm, number>> = { ES256: -7, EdDSA: -8, RS256: -257, ES384: -35 };
const KEY_PARAMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  EdDSA: { name: "Ed25519" },
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
} as const;
const SIGNING = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  ES384: { name: "ECDSA", hash: "SHA-384" },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5" },
} as const;

/** What differs from an honest answer. */
type Lies = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly signCount?: number;
  readonly userHandle?: string | null;
  /** The format and statement of the attestation. */
  readonly attestation?: readonly [string, ReadonlyMap<string, unknown>];
  /** Signs itself (WebAuthn 3, section 8.2). */
  readonly selfAttested?: boolean;
};

type Options = {
  readonly algorithm?: Algorithm;
  /** Whether its owner's other devices have the key, too. */
  readonly synced?: boolean;
  /** Whether it knows its owner. */
  readonly userVerified?: boolean;
  readonly counts?: boolean;
  readonly origin?: string;
};

type CreationOptions = {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
};
type RequestOptions = { readonly challenge: string; readonly rpId?: string };

/** As `toJSON` writes it. */
type OnWire<A extends { readonly id: string }> = A & {
  readonly rawId: string;
  readonly type: "public-key";
  readonly clientExtensionResults: Readonly<Record<string, never>>;
};

export async function newAuthenticator({
  algorithm = "ES256",
  synced = false,
  userVerified = true,
  counts = true,
  origin = "http://localhost:3000",
}: Options = {}) {
  const keys = await generate(algorithm);
  const credentialId = crypto.getRandomValues(new Uint8Array(32));
  const id = base64url(credentialId);
  let userHandle: string | null = null;
  let signCount = 0;

  const clientData = (type: string, challenge: string, lies: Lies) =>
    utf8(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
      }),
    );

  const authenticatorData = async (rpId: string, lies: Lies, attested?: Uint8Array) => {
    if (counts) signCount += 1;
    const flags =
      ((lies.userPresent ?? true) ? 0x01 : 0) |
      ((lies.userVerified ?? userVerified) ? 0x04 : 0) |
      (synced ? 0x18 : 0) |
      (attested === undefined ? 0 : 0x40);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(lies.signCount ?? signCount);
    const parts = [await sha256(utf8(lies.rpId ?? rpId)), [flags], count, attested ?? []];
    return Buffer.concat(parts.map((part) => Buffer.from(part)));
  };

  const sign = async (data: Uint8Array, clientDataJSON: Uint8Array): Promise<Uint8Array> => {
    const signed = new Uint8Array(Buffer.concat([data, await sha256(clientDataJSON)]));
    const raw = await crypto.subtle.sign(SIGNING[algorithm], keys.privateKey, signed);
    const signature = new Uint8Array(raw);
    return algorithm.startsWith("ES") ? derOf(signature) : signature;
  };

  const sent = <R>(response: R) => ({
    id,
    rawId: id,
    type: "public-key" as const,
    response,
    clientExtensionResults: {},
  });

  return {
    id,
    get userHandle() {
      return userHandle;
    },

    /** `navigator.credentials.create` */
    async create(options: CreationOptions, lies: Lies = {}): Promise<OnWire<Attestation>> {
      userHandle = options.user.id;
      const clientDataJSON = clientData("webauthn.create", options.challenge, lies);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([
        Buffer.alloc(16),
        length,
        credentialId,
        cbor(await coseOf(algorithm, keys.publicKey)),
      ]);
      const authData = await authenticatorData(options.rp.id ?? "", lies, attested);
      const [fmt, attStmt] = lies.attestation ?? [
        lies.selfAttested ? "packed" : "none",
        lies.selfAttested
          ? new Map<string, unknown>([
              ["alg", COSE[algorithm]],
              ["sig", await sign(authData, clientDataJSON)],
            ])
          : new Map(),
      ];
      const object = new Map<string, unknown>([
        ["fmt", fmt],
        ["attStmt", attStmt],
        ["authData", authData],
      ]);
      return sent({
        clientDataJSON: base64url(clientDataJSON),
        attestationObject: base64url(cbor(object)),
        transports: synced ? ["internal", "hybrid"] : ["usb"],
      });
    },

    /** `navigator.credentials.get` */
    async get(options: RequestOptions, lies: Lies = {}): Promise<OnWire<Assertion>> {
      const clientDataJSON = clientData("webauthn.get", options.challenge, lies);
      const data = await authenticatorData(options.rpId ?? "", lies);
      return sent({
        clientDataJSON: base64url(clientDataJSON),
        authenticatorData: base64url(data),
        signature: base64url(await sign(data, clientDataJSON)),
        userHandle: lies.userHandle === undefined ? userHandle : lies.userHandle,
      });
    },
  };
}

export type Authenticator = Awaited<ReturnType<typeof newAuthenticator>>;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const sha256 = async (bytes: Uint8Array) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));

const generate = async (algorithm: Algorithm): Promise<CryptoKeyPair> =>
  (await crypto.subtle.generateKey(KEY_PARAMS[algorithm], true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;

/** COSE_Key (RFC 9053, section 7). */
async function coseOf(algorithm: Algorithm, key: CryptoKey): Promise<ReadonlyMap<number, unknown>> {
  const jwk = (await crypto.subtle.exportKey("jwk", key)) as JsonWebKey;
  const bytes = (value = "") => Buffer.from(value, "base64url");
  const alg = [3, COSE[algorithm]] as const;
  if (algorithm === "RS256")
    return new Map<number, unknown>([[1, 3], alg, [-1, bytes(jwk.n)], [-2, bytes(jwk.e)]]);
  if (algorithm === "EdDSA")
    return new Map<number, unknown>([[1, 1], alg, [-1, 6], [-2, bytes(jwk.x)]]);
  const curve = algorithm === "ES256" ? 1 : 2;
  return new Map<number, unknown>([
    [1, 2],
    alg,
    [-1, curve],
    [-2, bytes(jwk.x)],
    [-3, bytes(jwk.y)],
  ]);
}

/** The part of CBOR (RFC 8949) that authenticators write. */
function cbor(value: unknown): Uint8Array {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, utf8(value).length), utf8(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  if (!(value instanceof Map)) throw new Error("what authenticators do not write");
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

function head(major: number, length: number): Uint8Array {
  const type = major << 5;
  if (length < 24) return new Uint8Array([type | length]);
  if (length < 0x100) return new Uint8Array([type | 24, length]);
  return new Uint8Array([type | 25, length >> 8, length & 0xff]);
}

/** WebCrypto's r and s as ASN.1 has them (RFC 3279, section 2.2.3). */
function derOf(raw: Uint8Array): Uint8Array {
  const [r, s] = [raw.subarray(0, raw.length / 2), raw.subarray(raw.length / 2)].map(integer);
  const body = Buffer.concat([r ?? [], s ?? []].map((part) => Buffer.from(part)));
  return Buffer.concat([new Uint8Array([0x30, body.length]), body]);
}

function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = bytes.subarray(Math.max(first, 0));
  const padded = (significant[0] ?? 0) > 0x7f ? [0, ...significant] : [...significant];
  return new Uint8Array([0x02, padded.length, ...padded]);
}
