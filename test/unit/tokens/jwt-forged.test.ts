import { createHmac, sign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MAX_TOKEN_LENGTH } from "../../../src/client/access-token.ts";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import {
  CLAIMS,
  ecSigner,
  edSigner,
  headerOf,
  part,
  publicKeyOf,
  signText,
  tokenOf,
  verifierOf,
} from "../../support/model-tokens.ts";

const signer = ecSigner("ours");
const edwards = edSigner("ours-too");
const attacker = ecSigner("ours");
const verify = verifierOf(signer, edwards);
const good = tokenOf(signer);
const [header = "", payload = "", signature = ""] = good.split(".");

const hmacToken = (key: string | Buffer): string => {
  const input = `${part({ ...headerOf(signer), alg: "HS256" })}.${payload}`;
  return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
};

async function refusesAll(tokens: Record<string, string>): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    expect([name, await verify(token)]).toEqual([name, null]);
  }
}

it("a token of either algorithm that was signed here gives its claims", async () => {
  expect(await verify(good)).toEqual(CLAIMS);
  expect(await verify(tokenOf(edwards))).toEqual(CLAIMS);
});

it("TOK-01 a header that was good for one token makes no other one good, nor a bad one a good", async () => {
  const bad = part({ ...headerOf(signer), typ: "JWT" });
  for (let again = 0; again < 2; again++) {
    expect(await verify(good)).toEqual(CLAIMS);
    await refusesAll({
      "the same header over other claims": `${header}.${part({ ...CLAIMS, ver: 9 })}.${signature}`,
      "the same header, another signer": tokenOf(attacker),
      "another header": `${bad}.${payload}.${signature}`,
      "another header, signed": tokenOf(signer, CLAIMS, { ...headerOf(signer), typ: "JWT" }),
    });
    expect(await verify(tokenOf(edwards))).toEqual(CLAIMS);
  }
});

describe("the shape", () => {
  it("TOK-01 is three segments with a signature that is one", async () => {
    const none = part({ ...headerOf(signer), alg: "none" });
    await refusesAll({
      none: `${none}.${payload}.`,
      "none with the signature": `${none}.${payload}.${signature}`,
      "None, in another case": `${part({ ...headerOf(signer), alg: "nOnE" })}.${payload}.`,
      "no signature": `${header}.${payload}.`,
      "zeros for a signature": `${header}.${payload}.${toBase64Url(new Uint8Array(64))}`,
      "a DER signature": `${header}.${payload}.${derSignature()}`,
      "two segments": `${header}.${payload}`,
      "four segments": `${good}.${signature}`,
      "one segment": header,
      "three empty segments": "..",
      nothing: "",
      "a space behind": `${good} `,
      "a padded header": `${header}=.${payload}.${signature}`,
    });
  });

  it("TOK-01 is never the JSON serialization", async () => {
    const flattened = { protected: header, payload, signature };
    await refusesAll({
      flattened: JSON.stringify(flattened),
      general: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    });
  });

  it("is refused for its length before it is looked at", async () => {
    const long = tokenOf(signer, { ...CLAIMS, roles: ["r".repeat(MAX_TOKEN_LENGTH)] });
    await refusesAll({ long });
  });

  it("is refused with a header or a payload that is no JSON object", async () => {
    await refusesAll({
      "a header of noise": `AAAA.${payload}.${signature}`,
      "a payload of noise": tokenOf(signer, "noise"),
      "a payload that is null": tokenOf(signer, "null"),
      "a payload that is a list": tokenOf(signer, JSON.stringify([CLAIMS])),
    });
  });
});

describe("the key", () => {
  it("TOK-02 is bound to its algorithm, which the header does not choose", async () => {
    const jwk = publicKeyOf(signer).export({ format: "jwk" });
    const pem = publicKeyOf(signer).export({ format: "pem", type: "spki" });
    const der = publicKeyOf(signer).export({ format: "der", type: "spki" });
    await refusesAll({
      "HS256 with the JWK": hmacToken(JSON.stringify(jwk)),
      "HS256 with the PEM": hmacToken(pem),
      "HS256 with the DER": hmacToken(der),
      "HS256 with x": hmacToken(Buffer.from(String(jwk.x), "base64url")),
      "HS256 with nothing": hmacToken(""),
      "EdDSA for an ES256 key": tokenOf(signer, CLAIMS, { ...headerOf(signer), alg: "EdDSA" }),
      "ES384 for an ES256 key": tokenOf(signer, CLAIMS, { ...headerOf(signer), alg: "ES384" }),
      "another of our keys": tokenOf(edwards, CLAIMS, { ...headerOf(edwards), kid: "ours" }),
      "no algorithm": tokenOf(signer, CLAIMS, { kid: "ours", typ: "at+jwt" }),
    });
  });

  it("TOK-03 is never taken from the header", async () => {
    const jwk = publicKeyOf(attacker).export({ format: "jwk" });
    const named = (extra: Record<string, unknown>) =>
      tokenOf(attacker, CLAIMS, { ...headerOf(attacker), ...extra });
    await refusesAll({
      jwk: named({ jwk }),
      "jwk without a kid": tokenOf(attacker, CLAIMS, { alg: "ES256", typ: "at+jwt", jwk }),
      jku: named({ jku: "https://attacker.example/jwks.json" }),
      x5u: named({ x5u: "https://attacker.example/cert.pem" }),
      x5c: named({ x5c: ["MIIB"] }),
      nothing: named({}),
    });
    expect(await verify(tokenOf(signer, CLAIMS, { ...headerOf(signer), jwk }))).toEqual(CLAIMS);
  });

  it("TOK-11 is one of ours, whatever the kid looks like", async () => {
    const kids = ["", "__proto__", "constructor", "../../ours", "ours' or '1'='1", "OURS", "ours "];
    const withKid = (kid: unknown) => tokenOf(signer, CLAIMS, { ...headerOf(signer), kid });
    await refusesAll(Object.fromEntries(kids.map((kid) => [kid, withKid(kid)])));
    await refusesAll({
      "a number": withKid(1),
      "a list": withKid(["ours"]),
      null: withKid(null),
      missing: tokenOf(signer, CLAIMS, { alg: "ES256", typ: "at+jwt" }),
    });
  });
});

describe("the header", () => {
  it("TOK-04 names an access token", async () => {
    const typed = (typ: unknown) => tokenOf(signer, CLAIMS, { ...headerOf(signer), typ });
    await refusesAll({
      missing: tokenOf(signer, CLAIMS, { alg: "ES256", kid: "ours" }),
      JWT: typed("JWT"),
      jwt: typed("jwt"),
      "an ID token": typed("id_token+jwt"),
      "a logout token": typed("logout+jwt"),
      "something behind": typed("at+jwt;v=2"),
      "in a list": typed(["at+jwt"]),
      empty: typed(""),
    });
    expect(await verify(typed("application/at+jwt"))).toEqual(CLAIMS);
    expect(await verify(typed("AT+JWT"))).toEqual(CLAIMS);
  });

  it("TOK-09 asks for nothing that is not understood", async () => {
    const withHeader = (extra: Record<string, unknown>) =>
      tokenOf(signer, CLAIMS, { ...headerOf(signer), ...extra });
    const unencoded = part({ ...headerOf(signer), b64: false, crit: ["b64"] });
    await refusesAll({
      "an unknown extension": withHeader({ crit: ["exp-tag"], "exp-tag": 1 }),
      "an extension that is not there": withHeader({ crit: ["exp-tag"] }),
      "a known name as an extension": withHeader({ crit: ["alg"] }),
      "no extension": withHeader({ crit: [] }),
      "crit that is no list": withHeader({ crit: "b64" }),
      "b64, although encoded": withHeader({ b64: true, crit: ["b64"] }),
      "a payload not encoded": signText(signer, `${unencoded}.${JSON.stringify(CLAIMS)}`),
    });
  });

  it("TOK-09 makes nobody unpack or decrypt anything", async () => {
    const zipped = part({ ...headerOf(signer), zip: "DEF" });
    const packed = deflateRawSync(JSON.stringify(CLAIMS)).toString("base64url");
    const costly = { ...headerOf(signer), alg: "PBES2-HS256+A128KW", enc: "A128GCM" };
    const jwe = part({ ...costly, p2c: 2 ** 31 - 1, p2s: "c2FsdHNhbHQ" });
    await refusesAll({
      "a packed payload": signText(signer, `${zipped}.${packed}`),
      "an encrypted token": `${jwe}.AAAA.AAAA.AAAA.AAAA`,
      "its header on three segments": `${jwe}.${payload}.${signature}`,
    });
  });
});

it("a token that was tampered with in any part is refused", async () => {
  for (const [i, text] of [header, payload, signature].entries()) {
    const parts = [header, payload, signature];
    parts[i] = (text.startsWith("A") ? "B" : "A") + text.slice(1);
    expect(await verify(parts.join("."))).toBeNull();
  }
  expect(await verify(tokenOf(attacker))).toBeNull();
});

function derSignature(): string {
  const input = Buffer.from(`${header}.${payload}`);
  return sign("sha256", input, signer.privateKey).toString("base64url");
}
