import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { call, newUser, ORIGIN, type SignedIn } from "../../support/client.ts";
import { moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { claimsOf, expectAccepted, expectRefused, signedByService } from "../../support/tokens.ts";

let user: SignedIn;
let other: SignedIn;
let claims: Record<string, unknown>;

beforeAll(async () => {
  user = await newUser();
  other = await newUser();
  claims = claimsOf(user.accessToken);
});

afterEach(() => {
  vi.useRealTimers();
});

const withClaims = (changes: object): Promise<string> => signedByService({ ...claims, ...changes });

/** The claims with one of them written as it stands, where JavaScript has no value for it. */
const withRaw = (name: string, raw: string): Promise<string> =>
  signedByService(JSON.stringify({ ...claims, [name]: "RAW" }).replace('"RAW"', raw));

it("TOK-04 nothing but an access token is one", async () => {
  const typ = (value: unknown) => signedByService(claims, { typ: value });
  await expectRefused({
    "no typ": await typ(undefined),
    "typ JWT": await typ("JWT"),
    "typ of an ID token's kin": await typ("logout+jwt"),
    "typ with a parameter": await typ("at+jwt; charset=utf-8"),
    "typ in an array": await typ(["at+jwt"]),
    "the refresh token": user.refreshToken,
    "the refresh token's body": user.refreshToken.slice(4),
  });
});

it("TOK-05 a token for somebody else is refused", async () => {
  await expectRefused({
    foreign: await withClaims({ aud: "https://other.example.com" }),
    missing: await withClaims({ aud: undefined }),
    empty: await withClaims({ aud: "" }),
    "a prefix of ours": await withClaims({ aud: ORIGIN.slice(0, -1) }),
    "ours and more": await withClaims({ aud: `${ORIGIN}.attacker.example` }),
    "with a slash": await withClaims({ aud: `${ORIGIN}/` }),
    "an array without us": await withClaims({ aud: ["https://other.example.com"] }),
    "an empty array": await withClaims({ aud: [] }),
    "an object": await withClaims({ aud: { [ORIGIN]: true } }),
  });
});

it("TOK-06 times that are missing, no number or out of date are refused", async () => {
  const now = Math.floor(Date.now() / SECOND);
  await expectRefused({
    "exp missing": await withClaims({ exp: undefined }),
    "exp zero": await withClaims({ exp: 0 }),
    "exp null": await withClaims({ exp: null }),
    "exp text": await withClaims({ exp: String(now + 600) }),
    "exp infinite": await withRaw("exp", "1e309"),
    "exp fractional": await withClaims({ exp: now + 600.5 }),
    "exp negative": await withClaims({ exp: -now }),
    "exp in milliseconds, as text": await withClaims({ exp: new Date().toISOString() }),
    "exp past": await withClaims({ exp: now - 3_600 }),
    "iat missing": await withClaims({ iat: undefined }),
    "iat zero": await withClaims({ iat: 0 }),
    "iat text": await withClaims({ iat: String(now) }),
    "iat infinite": await withRaw("iat", "1e309"),
    "iat in the future": await withClaims({ iat: now + 3_600 }),
    "nbf zero": await withClaims({ nbf: 0 }),
    "nbf text": await withClaims({ nbf: String(now) }),
    "nbf infinite": await withRaw("nbf", "1e309"),
    "nbf in the future": await withClaims({ nbf: now + 3_600 }),
  });
});

it("TOK-07 the issuer is one exact string", async () => {
  await expectRefused({
    foreign: await withClaims({ iss: "https://attacker.example" }),
    missing: await withClaims({ iss: undefined }),
    "with a slash": await withClaims({ iss: `${ORIGIN}/` }),
    "upper case": await withClaims({ iss: ORIGIN.toUpperCase() }),
    "a prefix": await withClaims({ iss: ORIGIN.slice(0, -1) }),
    "an array of ours": await withClaims({ iss: [ORIGIN] }),
    "an array with ours in it": await withClaims({ iss: ["https://attacker.example", ORIGIN] }),
  });
});

it("TOK-14 the leeway is thirty seconds, to the second", async () => {
  stopClock();
  const now = Math.floor(Date.now() / SECOND);
  await expectAccepted(await withClaims({ exp: now - 29 }));
  await expectAccepted(await withClaims({ nbf: now + 30 }));
  await expectAccepted(await withClaims({ iat: now + 30 }));
  await expectRefused({
    "expired by the leeway": await withClaims({ exp: now - 30 }),
    "expired by more": await withClaims({ exp: now - 31 }),
    "good only after the leeway": await withClaims({ nbf: now + 31 }),
    "issued after the leeway": await withClaims({ iat: now + 31 }),
  });
});

it("TOK-14 a token issued here is good until its leeway is over", async () => {
  const exp = Number(claims["exp"]) * SECOND;
  moveClock(exp + 29 * SECOND - Date.now());
  await expectAccepted(user.accessToken);
  moveClock(SECOND);
  await expectRefused({ expired: user.accessToken });
  expect((await call("GET", "/v1/users/me", {})).status).toBe(401);
});

it("TOK-15 a token is a user's only through a session that is theirs", async () => {
  const random = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  await expectRefused({
    "a user's id and no session": await withClaims({ sid: undefined, client_id: "some-service" }),
    "no client": await withClaims({ client_id: undefined }),
    "a session that never was": await withClaims({ sid: `ses_${random}` }),
    "another user's session": await withClaims({ sid: other.sessionId }),
    "another user, this session": await withClaims({ sub: other.id }),
    "a user that never was": await withClaims({ sub: `usr_${random}` }),
    "a service's name": await withClaims({ sub: "some-service" }),
    "a session's id for a user": await withClaims({ sub: user.sessionId }),
    "no subject": await withClaims({ sub: undefined }),
    "an array of subjects": await withClaims({ sub: [user.id] }),
    "an id with a space": await withClaims({ sub: ` ${user.id}` }),
  });
});
