import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type JwksServer, jwksServer, published } from "../../support/jwks-server.ts";
import { CLAIMS, ecSigner, edSigner, NOW, tokenOf } from "../../support/model-tokens.ts";
import { remoteVerifier } from "../../support/remote-verifier.ts";

const MAX_AGE = 300;
const INTERVAL = 30;

const first = ecSigner("first");
const second = edSigner("second");
/** Good for as long as a test moves the clock. */
const LASTING = { ...CLAIMS, exp: NOW + 365 * 24 * 3_600 };
const firstToken = tokenOf(first, LASTING);
const secondToken = tokenOf(second, LASTING);
/** From before any set that a test fetches. */
const madeUp = (n: number) => tokenOf(ecSigner(`made-up-${n}`), { ...LASTING, iat: NOW - 60 });

const OK = { ok: true, claims: LASTING };
const INVALID = { ok: false, code: "invalid_token" };
const UNAVAILABLE = { ok: false, code: "unavailable" };

let server: JwksServer;
beforeEach(async () => {
  server = await jwksServer(first);
});
afterEach(() => server.close());

it("a warm verification makes no request, whatever the key's algorithm", async () => {
  server.publish([published(first), published(second)]);
  const { verifier, move } = remoteVerifier(server);
  expect(await verifier.verify(firstToken)).toEqual(OK);
  move(MAX_AGE - 1);
  expect(await verifier.verify(firstToken)).toEqual(OK);
  expect(await verifier.verify(secondToken)).toEqual(OK);
  expect(server.requests).toEqual(["/jwks.json"]);
});

it("no request is made for what names no key", async () => {
  const { verifier } = remoteVerifier(server);
  for (const token of ["", "x", "a.b.c", tokenOf(first, LASTING, { alg: "ES256", kid: "first" })]) {
    expect(await verifier.verify(token)).toEqual(INVALID);
  }
  expect(server.requests).toEqual([]);
});

it("fifty verifications of a verifier that has just begun make one request", async () => {
  const { verifier } = remoteVerifier(server);
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(firstToken)));
  expect(new Set(verdicts.map(({ ok }) => ok))).toEqual(new Set([true]));
  expect(server.requests).toHaveLength(1);
});

it("KEY-01 a rotated key is found by one reload, which all who want it wait for", async () => {
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(firstToken);
  server.publish([published(first), published(second)]);
  move(INTERVAL);
  const both = await Promise.all([verifier.verify(secondToken), verifier.verify(secondToken)]);
  expect(both).toEqual([OK, OK]);
  expect(await verifier.verify(firstToken)).toEqual(OK);
  expect(server.requests).toHaveLength(2);
});

it("TOK-11 made-up kids cause at most one request an interval", async () => {
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(firstToken);
  const flood = async (from: number) => {
    const tokens = Array.from({ length: 10 }, (_, i) => madeUp(from + i));
    for (const token of tokens) expect(await verifier.verify(token)).toEqual(INVALID);
    await Promise.all(tokens.map((token) => verifier.verify(token)));
  };
  move(INTERVAL - 1);
  await flood(0);
  expect(server.requests).toHaveLength(1);
  move(1);
  await flood(10);
  expect(server.requests).toHaveLength(2);
  move(INTERVAL);
  await flood(20);
  expect(server.requests).toHaveLength(3);
});

it("KEY-04 a token that is younger than the set is no bad token for an unknown kid", async () => {
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(firstToken);
  server.publish([published(second)]);
  move(1);
  const young = tokenOf(second, { ...LASTING, iat: NOW + 1 });
  for (const _ of [1, 2, 3]) expect(await verifier.verify(young)).toEqual(UNAVAILABLE);
  expect(server.requests).toHaveLength(1);
  move(INTERVAL);
  expect(await verifier.verify(young)).toMatchObject({ ok: true });
});

it("KEY-04 a revoked key is dropped when its set is 300 seconds old", async () => {
  server.publish([published(first), published(second)]);
  const { verifier, move } = remoteVerifier(server);
  expect(await verifier.verify(secondToken)).toEqual(OK);
  server.publish([published(first)]);
  move(MAX_AGE - 1);
  expect(await verifier.verify(secondToken)).toEqual(OK);
  move(1);
  const all = await Promise.all([verifier.verify(secondToken), verifier.verify(secondToken)]);
  expect(all).toEqual([INVALID, INVALID]);
});

it("CFW-15 a clock that jumped back lengthens no key's life", async () => {
  server.publish([published(first), published(second)]);
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(secondToken);
  server.publish([published(first)]);
  move(-1);
  expect(await verifier.verify(secondToken)).toEqual(INVALID);
});

it.each([
  ["max-age is respected", "max-age=60", 60],
  ["directives ignore case", "Public, Max-Age=60", 60],
  ["a longer one is capped", "max-age=86400", MAX_AGE],
  ["one of no sensible length is capped", `max-age=${"9".repeat(400)}`, MAX_AGE],
  ["none of our asking is the cap", "public", MAX_AGE],
  ["s-maxage is not meant for verifiers", "s-maxage=60", MAX_AGE],
  ["none at all still spares the issuer", "max-age=0", INTERVAL],
  ["what must not be kept still spares the issuer", "no-store", INTERVAL],
  ["KEY-04 the time in a shared cache counts", "max-age=300", 200, "100"],
  ["an age of no sense is none", "max-age=60", 60, "soon"],
])("Cache-Control: %s", async (_, header, seconds, age = "0") => {
  server.publish([published(first)], { "cache-control": header, age });
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(firstToken);
  move(seconds - 1);
  await verifier.verify(firstToken);
  expect(server.requests).toHaveLength(1);
  move(1);
  await verifier.verify(firstToken);
  expect(server.requests).toHaveLength(2);
});

it("the last good set is kept through an outage, and asked for again once an interval", async () => {
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(firstToken);
  await server.close();
  move(MAX_AGE);
  for (const _ of [1, 2, 3]) expect(await verifier.verify(firstToken)).toEqual(OK);
  await server.reopen();
  server.publish([published(second)]);
  expect(await verifier.verify(firstToken)).toEqual(OK);
  expect(server.requests).toHaveLength(1);
  move(INTERVAL);
  expect(await verifier.verify(firstToken)).toEqual(INVALID);
  expect(await verifier.verify(secondToken)).toEqual(OK);
});

it("a kid that could not be asked for is no bad token: nothing was decided", async () => {
  const { verifier, move } = remoteVerifier(server);
  await verifier.verify(firstToken);
  server.publish([published(first), published(second)]);
  await server.close();
  move(INTERVAL);
  expect(await verifier.verify(secondToken)).toEqual(UNAVAILABLE);
  await server.reopen();
  move(INTERVAL);
  expect(await verifier.verify(secondToken)).toEqual(OK);
});

it("without any set there is no verdict, until there is one", async () => {
  await server.close();
  const { verifier, move } = remoteVerifier(server);
  expect(await verifier.verify(firstToken)).toEqual(UNAVAILABLE);
  expect(await verifier.verify(madeUp(1))).toEqual(UNAVAILABLE);
  await server.reopen();
  move(1);
  expect(await verifier.verify(firstToken)).toEqual(OK);
});

it("a verifier that has no set yet does not storm an issuer that fails", async () => {
  server.answer((response) => {
    response.writeHead(500);
    response.end();
  });
  const { verifier } = remoteVerifier(server);
  for (let i = 0; i < 20; i++) {
    expect(await verifier.verify(firstToken)).toEqual(UNAVAILABLE);
  }
  expect(server.requests).toHaveLength(1);
});

it.each([
  ["an error", (url: string) => [500, { location: url }, '{"keys":[]}'] as const],
  ["a redirect", (url: string) => [302, { location: `${url}?moved` }, ""] as const],
  ["a permanent redirect", (url: string) => [308, { location: `${url}?moved` }, ""] as const],
  ["no JSON", () => [200, {}, "<html>"] as const],
  ["JSON that is no key set", () => [200, {}, "[]"] as const],
  ["keys that are no list", () => [200, {}, '{"keys":{}}'] as const],
  ["null", () => [200, {}, "null"] as const],
])("an issuer that answers %s is an outage, and is not followed elsewhere", async (_, replyOf) => {
  const [status, headers, body] = replyOf(server.url);
  server.answer((response) => {
    response.writeHead(status, headers);
    response.end(body);
  });
  const { verifier } = remoteVerifier(server);
  expect(await verifier.verify(firstToken)).toEqual(UNAVAILABLE);
  expect(server.requests).toEqual(["/jwks.json"]);
});

it("TOK-02 keys that are not public keys of ours are passed over, and spoil no other", async () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
  const x25519 = generateKeyPairSync("x25519").publicKey;
  const kid = second.kid;
  const { alg: _, ...withoutAlg } = published(second);
  const octets = Buffer.alloc(32).toString("base64url");
  const odd: unknown[] = [
    withoutAlg,
    { ...published(second), alg: "HS256" },
    { ...published(second), alg: "ES256" },
    { ...published(second), x: "" },
    { ...published(second), kid: undefined },
    { ...published(second), kid: [kid] },
    { ...second.privateKey.export({ format: "jwk" }), kid, alg: "EdDSA" },
    { kty: "oct", k: octets, kid, alg: "HS256" },
    { kty: "oct", k: octets, kid, alg: "EdDSA" },
    { ...rsa.privateKey.export({ format: "jwk" }), kid, alg: "RS256" },
    { ...rsa.publicKey.export({ format: "jwk" }), kid, alg: "ES256" },
    { ...p384.export({ format: "jwk" }), kid, alg: "ES256" },
    { ...x25519.export({ format: "jwk" }), kid, alg: "EdDSA" },
    {},
    null,
    "key",
  ];
  for (const key of odd) {
    server.publish([key, published(first)]);
    const { verifier } = remoteVerifier(server);
    expect([key, await verifier.verify(secondToken)]).toEqual([key, INVALID]);
    expect([key, await verifier.verify(firstToken)]).toEqual([key, OK]);
  }
});
