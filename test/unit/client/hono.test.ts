import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import {
  type AccessTokenClaims,
  type AuthBinding,
  createVerifier,
  type RequireAuthOptions,
  requireAuth,
  type Verdict,
  type Verifier,
  type VerifyOptions,
} from "../../../src/client/index.ts";
import { type JwksServer, jwksServer } from "../../support/jwks-server.ts";
import { CLAIMS, EXPECTED, ecSigner, NOW, tokenOf } from "../../support/model-tokens.ts";

const signer = ecSigner("key");
const editor = { ...CLAIMS, permissions: ["pages:*"] };

let server: JwksServer;
let verifier: Verifier;
beforeEach(async () => {
  server = await jwksServer(signer);
  verifier = createVerifier({
    jwksUrl: server.url,
    issuer: EXPECTED.issuer,
    audience: EXPECTED.audience,
    clock: () => NOW * 1_000,
  });
});
afterEach(() => server.close());

/** A tiny app with one route behind the door. */
function app(options: RequireAuthOptions) {
  return new Hono().get("/pages", requireAuth(options), (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<AccessTokenClaims>();
    return c.json({ auth: c.var.auth });
  });
}

const bearing = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** A binding that says one thing and remembers what it was asked. */
function bindingThatSays(verdict: Verdict) {
  const asked: [string, VerifyOptions | undefined][] = [];
  const binding: AuthBinding = {
    async verify(token, options) {
      asked.push([token, options]);
      return verdict;
    },
  };
  return { binding, asked };
}

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual({ type: "about:blank", status, code });
}

describe("requireAuth", () => {
  it("lets a good token through, with its claims in c.var.auth", async () => {
    const response = await app({ verifier }).request("/pages", bearing(tokenOf(signer)));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ auth: CLAIMS });
  });

  it.each([
    ["no header", {}],
    ["an empty one", { headers: { authorization: "" } }],
    ["no token in it", { headers: { authorization: "Bearer" } }],
    ["another scheme", { headers: { authorization: `Basic ${tokenOf(signer)}` } }],
  ])("%s is 401 with a challenge that names no error", async (_, init) => {
    const response = await app({ verifier }).request("/pages", init);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    await expectProblem(response, 401, "invalid_token");
  });

  it.each([
    ["two tokens", { headers: { authorization: `Bearer ${tokenOf(signer)} x` } }],
    ["a forged token", bearing(tokenOf(ecSigner("key")))],
    ["a token of another audience", bearing(tokenOf(signer, { ...CLAIMS, aud: "x" }))],
  ])("%s is 401 with a challenge", async (_, init) => {
    const response = await app({ verifier }).request("/pages", init);
    expect(response.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    await expectProblem(response, 401, "invalid_token");
  });

  it("takes the scheme in any case", async () => {
    const headers = { authorization: `bEARER  ${tokenOf(signer)}` };
    expect((await app({ verifier }).request("/pages", { headers })).status).toBe(200);
  });

  it("a missing permission is 403, and a wildcard over it will do", async () => {
    const door = app({ verifier, permission: "pages:write" });
    const refused = await door.request("/pages", bearing(tokenOf(signer)));
    expect(refused.headers.get("www-authenticate")).toBe('Bearer error="insufficient_scope"');
    await expectProblem(refused, 403, "forbidden");
    const passed = await door.request("/pages", bearing(tokenOf(signer, editor)));
    expect(await passed.json()).toEqual({ auth: editor });
  });

  it("an outage is 503 with Retry-After, never 401", async () => {
    await server.close();
    const response = await app({ verifier }).request("/pages", bearing(tokenOf(signer)));
    expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(response.headers.get("www-authenticate")).toBeNull();
    await expectProblem(response, 503, "unavailable");
  });

  it("a refusal that only a newer service knows is 403, and lets nobody in", async () => {
    const newer = { verify: async () => ({ ok: false, code: "newer_refusal" }) };
    const door: ReturnType<typeof requireAuth> = Reflect.apply(requireAuth, null, [
      { verifier: newer },
    ]);
    const response = await new Hono()
      .get("/pages", door, (c) => c.text("in"))
      .request("/pages", bearing(tokenOf(signer)));
    await expectProblem(response, 403, "newer_refusal");
  });

  it("a freshness that the verifier cannot give is the route's mistake, and lets nobody in", async () => {
    const door = app({ verifier, maxStaleness: 0 });
    const response = await door.request("/pages", bearing(tokenOf(signer)));
    await expectProblem(response, 500, "invalid_request");
  });

  it("asks the service binding AUTH unless it is given a verifier, offline unless told", async () => {
    const { binding, asked } = bindingThatSays({ ok: true, claims: CLAIMS });
    const env = { AUTH: binding };
    const response = await app({}).request("/pages", bearing("token"), env);
    expect(await response.json()).toEqual({ auth: CLAIMS });
    const door = app({ permission: "pages:write", maxStaleness: 0, audience: "https://pages" });
    await door.request("/pages", bearing("token"), env);
    expect(asked).toEqual([
      ["token", { maxStaleness: "offline", permissions: [] }],
      ["token", { maxStaleness: 0, permissions: ["pages:write"], audience: "https://pages" }],
    ]);
  });

  it("without a verifier or a binding it says what is missing, and lets nobody in", async () => {
    const errors: Error[] = [];
    const door = app({}).onError((error, c) => {
      errors.push(error);
      return c.text("failed", 500);
    });
    for (const env of [undefined, {}]) {
      const response = await door.request("/pages", bearing(tokenOf(signer)), env);
      expect(response.status).toBe(500);
    }
    expect(errors.map(({ message }) => message)).toEqual([
      "requireAuth needs a verifier or the binding AUTH",
      "requireAuth needs a verifier or the binding AUTH",
    ]);
  });
});
