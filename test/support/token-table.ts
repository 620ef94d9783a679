import { exportSPKI, generateKeyPair, importJWK } from "jose";
import { toBase64Url, utf8 } from "../../src/core/security/encoding.ts";
import {
  accessTokenHeader,
  claimsOf,
  currentSigningKey,
  signedByService,
  signedByServiceAsIs,
  signedWith,
  unsigned,
} from "./tokens.ts";

type Json = Record<string, unknown>;

/**
 * Claims that are older than any copy of the keys. Of a younger token whose kid is unknown nothing
 * is decided for a moment, when another kid was asked for just before.
 */
export const beforeAnyCopy = (claims: Json): Json => ({
  ...claims,
  iat: Number(claims["iat"]) - 120,
});

/**
 * One table of tokens that every verifier must judge alike, each bad for one reason.
 *
 * @param user a good token of a person; @param service one of a service account
 */
export async function badTokens(user: string, service: string): Promise<Record<string, string>> {
  const claims = claimsOf(user);
  return {
    ...(await badSignatures(user, claims)),
    ...(await badHeaders(claims)),
    ...(await badClaims(claims)),
    ...(await badSubjects(claims, claimsOf(service))),
    ...(await respelled(user, claims)),
  };
}

async function badSignatures(user: string, claims: Json): Promise<Record<string, string>> {
  const header = await accessTokenHeader();
  const { publicJwk, alg } = await currentSigningKey();
  const key = await importJWK(publicJwk, alg, { extractable: true });
  if (key instanceof Uint8Array) throw new Error("not an asymmetric key");
  const pem = await exportSPKI(key);
  const { privateKey } = await generateKeyPair("ES256");
  const [head = "", payload = "", signature = ""] = user.split(".");
  return {
    "TOK-01 alg none": `${unsigned({ ...header, alg: "none" }, claims)}.`,
    "TOK-01 alg none, signed": await signedByService(claims, { alg: "none" }),
    "TOK-01 no signature": `${head}.${payload}.`,
    "TOK-01 two segments": `${head}.${payload}`,
    "TOK-01 four segments": `${user}.${signature}`,
    "TOK-01 JSON serialization": JSON.stringify({ protected: head, payload, signature }),
    "TOK-01 zeros": `${head}.${payload}.${toBase64Url(new Uint8Array(64))}`,
    "TOK-02 HS256 with the PEM": await hmacSigned({ ...header, alg: "HS256" }, claims, pem),
    "TOK-02 HS256 with the JWK": await hmacSigned(
      { ...header, alg: "HS256" },
      claims,
      JSON.stringify(publicJwk),
    ),
    "TOK-02 header says RS256": await signedByService(claims, { alg: "RS256" }),
    "TOK-03 another key": await signedWith(privateKey, unsigned(header, claims)),
  };
}

async function badHeaders(claims: Json): Promise<Record<string, string>> {
  const header = await accessTokenHeader();
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await crypto.subtle.exportKey("jwk", publicKey)), kid: "own", alg: "ES256" };
  const old = beforeAnyCopy(claims);
  const forged = (given: Json) => signedWith(privateKey, unsigned({ ...header, ...given }, old));
  const plain = `${unsigned({ ...header, crit: ["b64"], b64: false }, "").slice(0, -1)}.AAAA`;
  return {
    "TOK-03 jwk": await forged({ jwk }),
    "TOK-03 jwk and its kid": await forged({ jwk, kid: "own" }),
    "TOK-03 jku": await forged({ jku: "https://attacker.example/keys", kid: "own" }),
    "TOK-04 no typ": await signedByService(claims, { typ: undefined }),
    "TOK-04 typ JWT": await signedByService(claims, { typ: "JWT" }),
    "TOK-04 a type that ends alike": await signedByService(claims, { typ: "x/at+jwt" }),
    "TOK-09 unknown crit": await signedByService(claims, { crit: ["x"], x: 1 }),
    "TOK-09 empty crit": await signedByService(claims, { crit: [] }),
    "TOK-09 b64 false": await signedByService(claims, { crit: ["b64"], b64: false }),
    "TOK-09 b64 true": await signedByService(claims, { crit: ["b64"], b64: true }),
    "TOK-09 unencoded": await signedByServiceAsIs(plain),
    "TOK-11 unknown kid": await signedByService(old, { kid: "A".repeat(43) }),
    "TOK-11 no kid": await signedByService(claims, { kid: undefined }),
    "TOK-11 kid in a list": await signedByService(claims, { kid: [header["kid"]] }),
    "TOK-11 __proto__": await signedByService(old, { kid: "__proto__" }),
  };
}

async function badClaims(claims: Json): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1_000);
  const wrong: Json[] = [
    { aud: "http://localhost:878" },
    { aud: "http://localhost:8787/" },
    { aud: [claims["aud"]] },
    { aud: undefined },
    { iss: "http://localhost:8788" },
    { iss: "http://localhost:8787/" },
    { iss: [claims["iss"]] },
    { exp: undefined },
    { exp: 0 },
    { exp: -1 },
    { exp: String(claims["exp"]) },
    { exp: Number(claims["exp"]) + 0.5 },
    { exp: now - 31 },
    { iat: undefined },
    { iat: "0" },
    { iat: now + 120 },
    { nbf: now + 120 },
    { nbf: "0" },
    { jti: undefined },
    { ver: "1" },
    { roles: "admin" },
    { permissions: "*" },
    { permissions: [1] },
    { client_id: undefined },
  ];
  const entries = wrong.map(async (part) => {
    const id = "aud" in part ? "TOK-05" : "iss" in part ? "TOK-07" : "TOK-06";
    const name = `${id} ${Object.keys(part)} ${JSON.stringify(Object.values(part))}`;
    return [name, await signedByService({ ...claims, ...part })] as const;
  });
  const infinite = JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e309');
  return {
    ...Object.fromEntries(await Promise.all(entries)),
    "TOK-06 exp 1e309": await signedByService(infinite),
    "a payload that is a list": await signedByService(JSON.stringify([claims])),
    "a payload that is no JSON": await signedByService("claims"),
    "a huge payload": await huge(claims),
  };
}

/** Longer than any header that the platform takes. */
async function huge(claims: Json): Promise<string> {
  const payload = btoa(JSON.stringify({ ...claims, pad: "x".repeat(130 * 1024) }));
  const head = unsigned(await accessTokenHeader(), "").slice(0, -1);
  return signedByServiceAsIs(`${head}.${payload.replace(/=+$/, "")}`);
}

/** TOK-15: a person and a program are never taken for each other, whoever signed. */
async function badSubjects(user: Json, service: Json): Promise<Record<string, string>> {
  const { sub, sid } = user;
  const wrong: Record<string, Json> = {
    "a program with a person's sub": { ...service, sub },
    "a program that is a person's client": { ...service, sub, client_id: sub },
    "a program in a person's session": { ...service, sub, sid },
    "a program with a session": { ...service, sid },
    "a program that is not its own client": { ...service, client_id: "first-party" },
    "a person without a session": { ...user, sid: undefined },
    "a person in a session of another shape": { ...user, sid: `svc_${"A".repeat(22)}` },
    "a sub of another kind": { ...user, sub: `key_${"A".repeat(22)}` },
    "no sub": { ...user, sub: undefined },
    "a list of the sub": { ...user, sub: [sub] },
  };
  const entries = Object.entries(wrong).map(
    async ([name, payload]) => [`TOK-15 ${name}`, await signedByService(payload)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The same bytes, spelled in ways that a lenient reader would take. */
async function respelled(user: string, claims: Json): Promise<Record<string, string>> {
  const [head = "", payload = "", signature = ""] = user.split(".");
  const last = signature.at(-1) ?? "";
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const sameBits = letters[letters.indexOf(last) ^ 1] ?? "";
  return {
    "padded segments": `${head}=.${payload}=.${signature}=`,
    "a trailing dot": `${user}.`,
    "other trailing bits": `${head}.${payload}.${signature.slice(0, -1)}${sameBits}`,
    "the claims of another": `${head}.${toBase64Url(utf8(JSON.stringify({ ...claims, permissions: ["*"] })))}.${signature}`,
    "a cut signature": user.slice(0, -2),
    "an id": String(claims["sub"]),
  };
}

async function hmacSigned(header: Json, claims: Json, secret: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8(secret), hmac, false, ["sign"]);
  const input = unsigned(header, claims);
  const tag = await crypto.subtle.sign(hmac, key, utf8(input));
  return `${input}.${toBase64Url(new Uint8Array(tag))}`;
}
