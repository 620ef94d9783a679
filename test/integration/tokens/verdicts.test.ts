import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { createVerifier } from "../../../src/client/index.ts";
import { call, newAdmin, newUser, ORIGIN, type SignedIn } from "../../support/client.ts";
import { rpc } from "../../support/rpc.ts";
import { clientToken, newServiceAccount } from "../../support/service-accounts.ts";
import { badTokens } from "../../support/token-table.ts";
import { claimsOf } from "../../support/tokens.ts";

/*
 * One table of tokens through every door. HTTP is asked for a list that administrators may read:
 * 401 is a refusal, 200 and 403 are the word of somebody whose token was good.
 */

const jwksUrl = `${ORIGIN}/.well-known/jwks.json`;
const remote = createVerifier({
  jwksUrl,
  issuer: ORIGIN,
  audience: ORIGIN,
  fetch: (input, init) => exports.default.fetch(new Request(input, init)),
});
const bound = createVerifier({ binding: rpc });

async function overHttp(token: string): Promise<string> {
  const { status, body } = await call("GET", "/v1/users?limit=1", { token });
  if (status === 401) return body.code;
  return status === 200 || status === 403 ? "ok" : `status ${status}`;
}

const word = (verdict: { ok: boolean; code?: string }): string =>
  verdict.ok ? "ok" : String(verdict.code);

const DOORS: Record<string, (token: string) => Promise<string>> = {
  http: overHttp,
  "rpc, offline": async (token) => word(await rpc.verify(token)),
  "rpc, a minute": async (token) => word(await rpc.verify(token, { maxStaleness: 60 })),
  "rpc, now": async (token) => word(await rpc.verify(token, { maxStaleness: 0 })),
  "client, binding": async (token) => word(await bound.verify(token)),
  "client, binding, now": async (token) => word(await bound.verify(token, { maxStaleness: 0 })),
  "client, jwksUrl": async (token) => word(await remote.verify(token)),
};

/** What each door says. */
async function verdictsOn(token: string): Promise<Record<string, string>> {
  const asked = Object.entries(DOORS).map(async ([door, ask]) => [door, await ask(token)] as const);
  return Object.fromEntries(await Promise.all(asked));
}

const everywhere = (verdict: string): Record<string, string> =>
  Object.fromEntries(Object.keys(DOORS).map((door) => [door, verdict]));

let admin: SignedIn;
let user: SignedIn;
let service: string;

beforeAll(async () => {
  admin = await newAdmin();
  user = await newUser();
  service = await clientToken(await newServiceAccount(admin.accessToken));
});

it("good tokens are good through every door, with the same claims", async () => {
  for (const token of [user.accessToken, admin.accessToken, service]) {
    expect(await verdictsOn(token)).toEqual(everywhere("ok"));
    const good = { ok: true, claims: claimsOf(token) };
    expect(await remote.verify(token)).toEqual(good);
    expect(await bound.verify(token)).toEqual(good);
    expect(await rpc.verify(token, { maxStaleness: 0 })).toEqual(good);
  }
});

it("TOK-01 to TOK-15: what is refused through one door is refused through every one", async () => {
  const tokens = await badTokens(user.accessToken, service);
  expect(Object.keys(tokens).length).toBeGreaterThan(60);
  for (const [name, token] of Object.entries(tokens)) {
    expect([name, await verdictsOn(token)]).toEqual([name, everywhere("invalid_token")]);
  }
});

it("a missing permission is the same refusal through every door", async () => {
  const permissions = ["users:read"];
  expect((await call("GET", "/v1/users", { token: user.accessToken })).body.code).toBe("forbidden");
  const refused = { ok: false, code: "forbidden" };
  expect(await rpc.verify(user.accessToken, { permissions })).toEqual(refused);
  expect(await rpc.authorize(user.accessToken, "users:read")).toEqual(refused);
  for (const verifier of [bound, remote]) {
    expect(await verifier.verify(user.accessToken, { permissions })).toEqual(refused);
    expect(await verifier.verify(user.accessToken, { permission: "users:read" })).toEqual(refused);
    expect((await verifier.verify(admin.accessToken, { permission: "users:read" })).ok).toBe(true);
  }
});
