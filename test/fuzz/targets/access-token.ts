import { generateKeyPair } from "jose";
import { type VerificationKey, verifyAccessToken } from "../../../src/client/access-token.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

const algorithm = { name: "ECDSA", hash: "SHA-256" };
const { publicKey, privateKey } = await generateKeyPair("ES256");
const key: VerificationKey = { alg: "ES256", key: publicKey };
const expected = { issuer: "i", audience: "a", now: 1_000_000 };
const encoded = (text: string): string => Buffer.from(text, "utf8").toString("base64url");

const header = { alg: "ES256", kid: "k", typ: "at+jwt" };
const claims = {
  ...{ iss: "i", aud: "a", sub: "usr_AAAAAAAAAAAAAAAAAAAAAA", jti: "j", iat: 900, exp: 1_100 },
  ...{ sid: "ses_AAAAAAAAAAAAAAAAAAAAAA", client_id: "first-party", ver: 1, auth_time: 900 },
  ...{ amr: ["pwd"], roles: ["user"], permissions: [] },
};
const program = { ...claims, sub: "svc_AAAAAAAAAAAAAAAAAAAAAA", sid: undefined };
const seed = (...parts: object[]): string => parts.map((part) => JSON.stringify(part)).join("|");

/** A token as it comes, and header and payload that are signed as ours are. */
export const target: FuzzTarget = {
  seeds: [
    seed(header, claims),
    seed(header, { ...program, client_id: program.sub }),
    seed({ ...header, crit: ["b64"], b64: false }, claims),
    `${encoded("{}")}.${encoded("{}")}.${"A".repeat(86)}`,
  ],
  maxLength: 900,
  async holds(input) {
    const find = async (kid: string) => (kid === "k" ? key : null);
    assert((await verifyAccessToken(input, expected, find)) === null, "forged");
    const [head = "", payload = ""] = input.split("|");
    const signed = `${encoded(head)}.${encoded(payload)}`;
    const bytes = await crypto.subtle.sign(algorithm, privateKey, Buffer.from(signed));
    const token = `${signed}.${Buffer.from(bytes).toString("base64url")}`;
    const accepted = await verifyAccessToken(token, expected, find);
    if (accepted === null) return "refused";
    assertEqual([accepted.iss, accepted.aud], ["i", "a"]);
    assert(accepted.exp > 970 && accepted.iat <= 1_030, "not of this time");
    assert(JSON.parse(head).typ.toLowerCase().endsWith("at+jwt"), "of another type");
    return accepted.sub.slice(0, 3);
  },
};
