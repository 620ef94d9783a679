import { env } from "cloudflare:workers";
import { exportJWK, exportSPKI, generateKeyPair, importJWK } from "jose";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { fromBase64Url, toBase64Url, utf8 } from "../../../src/core/security/encoding.ts";
import { call, newUser, ORIGIN, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { moveClock, SECOND } from "../../support/moving-clock.ts";
import { beforeAnyCopy } from "../../support/token-table.ts";
import {
  accessTokenHeader,
  claimsOf,
  currentSigningKey,
  expectAccepted,
  expectRefused,
  services,
  signedByService,
  signedByServiceAsIs,
  signedWith,
  unsigned,
} from "../../support/tokens.ts";

let user: SignedIn;
let claims: Record<string, unknown>;

beforeAll(async () => {
  user = await newUser();
  claims = claimsOf(user.accessToken);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("a token that the tests sign with the service's key is as good as its own", async () => {
  await expectAccepted(await signedByService(claims));
});

it("TOK-01 a token without a signature, or in another shape, is refused", async () => {
  const header = await accessTokenHeader();
  const [head = "", payload = "", signature = ""] = user.accessToken.split(".");
  const altered = fromBase64Url(signature) ?? new Uint8Array();
  altered.set([(altered[0] ?? 0) ^ 1]);
  await expectRefused({
    "alg none": `${unsigned({ ...header, alg: "none" }, claims)}.`,
    "alg None": `${unsigned({ ...header, alg: "None" }, claims)}.`,
    "alg none with the signature": `${unsigned({ ...header, alg: "none" }, claims)}.${signature}`,
    "empty signature": `${head}.${payload}.`,
    "signature of zeros": `${head}.${payload}.${toBase64Url(new Uint8Array(64))}`,
    "altered signature": `${head}.${payload}.${toBase64Url(altered)}`,
    "cut signature": `${head}.${payload}.${signature.slice(0, -2)}`,
    "one segment": head,
    "two segments": `${head}.${payload}`,
    "four segments": `${head}.${payload}.${signature}.${signature}`,
    "JSON serialization": JSON.stringify({ protected: head, payload, signature }),
    "payload of another token": `${head}.${toBase64Url(utf8(JSON.stringify({ ...claims, roles: ["admin"] })))}.${signature}`,
    "padded segments": `${head}=.${payload}=.${signature}=`,
    "an id in place of a token": user.id,
  });
});

it("TOK-02 the public key is no shared secret", async () => {
  const { publicJwk, alg } = await currentSigningKey();
  const publicKey = await importJWK(publicJwk, alg, { extractable: true });
  if (publicKey instanceof Uint8Array) throw new Error("not an asymmetric key");
  const pem = await exportSPKI(publicKey);
  const header = { ...(await accessTokenHeader()), alg: "HS256" };
  const hmacSigned = async (secret: string): Promise<string> => {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", utf8(secret), hmac, false, ["sign"]);
    const input = unsigned(header, claims);
    const tag = await crypto.subtle.sign(hmac, key, utf8(input));
    return `${input}.${toBase64Url(new Uint8Array(tag))}`;
  };
  await expectRefused({
    "HS256 with the JWK": await hmacSigned(JSON.stringify(publicJwk)),
    "HS256 with the PEM": await hmacSigned(pem),
    "HS256 with the trimmed PEM": await hmacSigned(pem.trim()),
    "HS256 with x": await hmacSigned(publicJwk.x),
    "right signature, header says RS256": await signedByService(claims, { alg: "RS256" }),
    "right signature, header says EdDSA": await signedByService(claims, { alg: "EdDSA" }),
    "right signature, header without alg": await signedByService(claims, { alg: undefined }),
  });
});

it("TOK-03 a key in the header is neither used nor fetched", async () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "attacker", alg: "ES256", use: "sig" };
  const real = await accessTokenHeader();
  const forged = (header: object) =>
    signedWith(privateKey, unsigned({ ...real, ...header }, beforeAnyCopy(claims)));
  const url = "https://attacker.example/keys";
  await expectRefused({
    jwk: await forged({ jwk }),
    "jwk and its kid": await forged({ jwk, kid: "attacker" }),
    jku: await forged({ jku: url }),
    "jku and its kid": await forged({ jku: url, kid: "attacker" }),
    "jku that looks like ours": await forged({ jku: `${ORIGIN}/.well-known/jwks.json@attacker` }),
    x5u: await forged({ x5u: url, kid: "attacker" }),
    x5c: await forged({ x5c: [toBase64Url(new Uint8Array(64))] }),
    "the kid alone": await forged({}),
  });
  expect(fetched).not.toHaveBeenCalled();
});

it("TOK-09 extensions that are not understood, and encrypted tokens, are refused", async () => {
  const header = await accessTokenHeader();
  const jwe = (fields: object) =>
    `${toBase64Url(utf8(JSON.stringify({ ...header, ...fields })))}.AAAA.AAAA.AAAA.AAAA`;
  await expectRefused({
    "unknown crit": await signedByService(claims, { crit: ["exp"], exp: 1 }),
    "crit of an unknown name": await signedByService(claims, {
      crit: ["http://x/y"],
      "http://x/y": true,
    }),
    "empty crit": await signedByService(claims, { crit: [] }),
    "crit that names what is not there": await signedByService(claims, { crit: ["b64"] }),
    "unencoded payload": await signedByService(claims, { crit: ["b64"], b64: false }),
    "compressed payload": await compressed(),
    "JWE with a huge p2c": jwe({
      alg: "PBES2-HS256+A128KW",
      enc: "A128GCM",
      p2c: 2 ** 31,
      p2s: "AAAA",
    }),
    "JWE that is compressed": jwe({ alg: "dir", enc: "A256GCM", zip: "DEF" }),
  });
});

/** Deflated as a JWE may be, and signed by the service's own key. */
async function compressed(): Promise<string> {
  const bytes = new Blob([JSON.stringify(claims)]).stream();
  const deflated = new Response(bytes.pipeThrough(new CompressionStream("deflate-raw")));
  const text = String.fromCharCode(...new Uint8Array(await deflated.arrayBuffer()));
  return signedByService(text, { zip: "DEF" });
}

it("TOK-09 an unencoded payload is refused where no header's syntax stands in its way", async () => {
  const plain = JSON.stringify(claims);
  const header = { ...(await accessTokenHeader()), crit: ["b64"], b64: false };
  const input = `${unsigned(header, "").slice(0, -1)}.${plain}`;
  const token = await signedByServiceAsIs(input);
  expect(await services().tokens.verifyToken(token, { maxStaleness: "offline" })).toEqual({
    ok: false,
    error: "invalid_token",
  });
});

it("TOK-11 a kid that names no key finds none, however it is written", async () => {
  const { kid } = await currentSigningKey();
  const withKid = (value: unknown) => signedByService(beforeAnyCopy(claims), { kid: value });
  await expectRefused({
    unknown: await withKid("A".repeat(43)),
    missing: await withKid(undefined),
    empty: await withKid(""),
    __proto__: await withKid("__proto__"),
    constructor: await withKid("constructor"),
    path: await withKid(`../${kid}`),
    "SQL that is always true": await withKid("' or 1=1 --"),
    "SQL wildcard": await withKid("%"),
    "an array of the right one": await withKid([kid]),
    "an object": await withKid({ kid }),
    "a number": await withKid(0),
    "upper case": await withKid(kid.toUpperCase()),
    "with a space": await withKid(` ${kid}`),
    "the right one first, an unknown one after it": await signedByService(
      claims,
      `{"alg":"ES256","kid":"${kid}","typ":"at+jwt","kid":"other"}`,
    ),
  });
});

it("TOK-11 unknown kids cause at most one reload of the keys an interval", async () => {
  let queries = 0;
  const counted = new Proxy(env.DB, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (key === "prepare" && String(args[0]).includes("signing_keys")) queries++;
        return value.apply(target, args);
      };
    },
  });
  const service = serviceWith({ DB: counted });
  const flood = async (age: number, statuses: number[]) => {
    const iat = Math.floor(Date.now() / 1_000) - age;
    const tokens = await Promise.all(
      Array.from({ length: 30 }, () =>
        signedByService({ ...claims, iat }, { kid: crypto.randomUUID() }),
      ),
    );
    const replies = await Promise.all(
      tokens.map((token) => service("GET", "/v1/users/me", { token })),
    );
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set(statuses));
  };
  await service("GET", "/v1/users/me", { token: user.accessToken });
  expect(queries).toBe(1);
  await flood(120, [401]);
  expect(queries).toBe(1);
  await flood(0, [401, 503]);
  await flood(0, [503]);
  expect(queries).toBe(2);
  moveClock(10 * SECOND);
  await flood(0, [401, 503]);
  expect(queries).toBe(3);
  expect((await call("GET", "/v1/users/me", { token: user.accessToken })).status).toBe(200);
});
