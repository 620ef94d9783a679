import { calculateJwkThumbprint, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "../../../src/core/security/encoding.ts";
import { keyMaker, unwrapSigningKey } from "../../../src/core/security/key-wrapping.ts";
import type { SigningAlg } from "../../../src/domain/keys/signing-key.ts";
import type { StoredSigningKey } from "../../../src/use-cases/keys/ports.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";

const [v1, v2] = [someSecret(1), someSecret(2)];
const first = secretsOf(v1);
const both = secretsOf(`${v2},${v1}`);
const second = secretsOf(v2);

async function made(alg: SigningAlg, secrets = first): Promise<StoredSigningKey> {
  const key = await keyMaker(secrets).create(alg);
  return { ...key, alg, sequence: 1, createdAt: 0, signsFrom: 0, revokedAt: null };
}
const key = await made("ES256");

describe.each(["ES256", "EdDSA"] as const)("a key made for %s", (alg) => {
  it("KEY-05 shows no private member, and is named by its thumbprint", async () => {
    const { kid, publicJwk } = await made(alg);
    const members = alg === "ES256" ? ["crv", "kty", "x", "y"] : ["crv", "kty", "x"];
    expect(Object.keys(publicJwk).sort()).toEqual(members);
    expect(kid).toBe(await calculateJwkThumbprint(publicJwk, "sha256"));
  });

  it("signs what its public half verifies, and never leaves", async () => {
    const one = await made(alg);
    const privateKey = await unwrapSigningKey(first, one);
    if (privateKey === null) throw new Error("not unwrapped");
    expect(privateKey.extractable).toBe(false);
    expect(privateKey.usages).toEqual(["sign"]);
    const publicKey = await importJWK(one.publicJwk, alg);
    if (publicKey instanceof Uint8Array) throw new Error("a symmetric key");
    const algorithm = alg === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" };
    const message = new Uint8Array([1, 2, 3]);
    const signature = await crypto.subtle.sign(algorithm, privateKey, message);
    expect(await crypto.subtle.verify(algorithm, publicKey, signature, message)).toBe(true);
  });
});

describe("a wrapped private half", () => {
  const bytes = fromBase64Url(key.wrappedPrivate.slice(3)) ?? new Uint8Array();

  it("KEY-08 names its version and shows nothing of the key", async () => {
    expect(key.wrappedPrivate).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    const text = Buffer.from(bytes).toString("latin1");
    for (const word of ["kty", "crv", '"d"', key.publicJwk.x]) expect(text).not.toContain(word);
  });

  it("is wrapped anew each time", async () => {
    const again = await keyMaker(both).rewrap(key);
    const andAgain = await keyMaker(both).rewrap(key);
    expect(again).not.toEqual(andAgain);
  });

  it("KEY-08 is bound to its kid: no key stands in for another", async () => {
    const other = await made("ES256");
    expect(await unwrapSigningKey(first, { ...key, kid: other.kid })).toBeNull();
    const swapped = { ...other, wrappedPrivate: key.wrappedPrivate };
    expect(await unwrapSigningKey(first, swapped)).toBeNull();
  });

  it("is not unwrapped with another secret or version", async () => {
    expect(await unwrapSigningKey(second, key)).toBeNull();
    expect(await unwrapSigningKey(secretsOf(someSecret(1)), key)).toBeNull();
    const renamed = { ...key, wrappedPrivate: key.wrappedPrivate.replace("v1.", "v2.") };
    expect(await unwrapSigningKey(both, renamed)).toBeNull();
  });

  it.each([
    ["nothing", ""],
    ["something before its version", `x${key.wrappedPrivate}`],
    ["no version", toBase64Url(bytes)],
    ["version nought", `v0.${toBase64Url(bytes)}`],
    ["a nonce alone", `v1.${toBase64Url(bytes.slice(0, 12))}`],
    ["less than a nonce", `v1.${toBase64Url(bytes.slice(0, 4))}`],
    ["another bit", `v1.${toBase64Url(bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))}`],
    ["no canonical base64", `v1.${toBase64Url(bytes)}=`],
  ])("is unreadable when damaged: %s", async (_, wrappedPrivate) => {
    expect(await unwrapSigningKey(first, { ...key, wrappedPrivate })).toBeNull();
    const outcome = await keyMaker(both).rewrap({ ...key, wrappedPrivate });
    expect(outcome).toEqual({ kind: "unreadable" });
  });
});

describe("wrapping anew", () => {
  it("keeps the key while the secret under it is replaced, so that the old one can go", async () => {
    const outcome = await keyMaker(both).rewrap(key);
    if (outcome.kind !== "rewrapped") throw new Error(outcome.kind);
    expect(outcome.wrapped).toMatch(/^v2\./);
    const moved = { ...key, wrappedPrivate: outcome.wrapped };
    expect(await unwrapSigningKey(second, moved)).not.toBeNull();
    expect(await unwrapSigningKey(first, moved)).toBeNull();
    expect(await keyMaker(both).rewrap(moved)).toEqual({ kind: "current" });
  });

  it("takes a version of several digits as any other", async () => {
    const late = secretsOf(`${someSecret(12)},${v1}`);
    const outcome = await keyMaker(late).rewrap(key);
    if (outcome.kind !== "rewrapped") throw new Error(outcome.kind);
    const moved = { ...key, wrappedPrivate: outcome.wrapped };
    expect(await unwrapSigningKey(late, moved)).not.toBeNull();
    expect(await keyMaker(late).rewrap(moved)).toEqual({ kind: "current" });
  });

  it("says when the secret it needs is gone", async () => {
    expect(await keyMaker(second).rewrap(key)).toEqual({ kind: "unreadable" });
  });
});
