import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { call, newAdmin, newUser } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import {
  expectOAuthError,
  form,
  newServiceAccount,
  post,
  type ServiceAccount,
} from "../../support/service-accounts.ts";

let client: ServiceAccount;
beforeAll(async () => {
  client = await newServiceAccount((await newAdmin()).accessToken);
});

const ENDPOINTS = ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"];
const grant = { grant_type: "client_credentials" };

it("an unknown path under /oauth2 is 404 in OAuth's words, whatever is posted to it", async () => {
  for (const options of [
    form(grant),
    { body: {} },
    { body: "x", headers: { "content-type": "x/y" } },
  ]) {
    expectOAuthError(await call("POST", "/oauth2/authorize", options), 404, "invalid_request");
  }
  expectOAuthError(await call("GET", "/oauth2/nothing"), 404, "invalid_request");
});

it.each(ENDPOINTS)("%s tells another method with the ones that it takes", async (path) => {
  for (const [method, options] of [
    ["GET", {}],
    ["PUT", form(grant)],
    ["DELETE", {}],
  ] as const) {
    const reply = await call(method, path, options);
    expectOAuthError(reply, 405, "invalid_request");
    expect(reply.headers.get("allow")).toBe("POST");
  }
});

it.each(ENDPOINTS)("%s refuses a body that is too large in OAuth's words", async (path) => {
  const reply = await call("POST", path, form({ token: "x".repeat(17_000) }));
  expectOAuthError(reply, 413, "invalid_request");
});

it.each(ENDPOINTS)("%s of a misconfigured service asks to come back", async (path) => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const misconfigured = serviceWith({ AUTH_SECRETS: "none" });
  const reply = await misconfigured("POST", path, form({ ...grant, token: "x" }));
  expectOAuthError(reply, 503, "temporarily_unavailable");
  expect(reply.headers.get("retry-after")).toBe("60");
  log.mockRestore();
});

it("an outage under /oauth2 asks to come back, in OAuth's words", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const service = serviceWith({ DB: failing(env.DB, () => true) });
  const reply = await post("/oauth2/token", client, grant, service);
  expectOAuthError(reply, 503, "temporarily_unavailable");
  expect(reply.headers.get("retry-after")).toBe("2");
  log.mockRestore();
});

it("elsewhere the same is a problem document, also for a form", async () => {
  const unknown = await call("POST", "/v2/nothing", form(grant));
  expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
  const method = await call("PUT", "/v1/auth/login", form(grant));
  expect([method.status, method.body.code]).toEqual([405, "method_not_allowed"]);
  const known = await call("POST", "/v1/auth/login", form(grant));
  expect([known.status, known.body.code]).toEqual([415, "unsupported_media_type"]);
});

it("replies with tokens are kept by no cache, new or old (RFC 6749, section 5.1)", async () => {
  const { refreshToken } = await newUser();
  const person = form({
    grant_type: "refresh_token",
    client_id: "first-party",
    refresh_token: refreshToken,
  });
  for (const reply of [
    await post("/oauth2/token", client, grant),
    await call("POST", "/oauth2/token", person),
  ]) {
    expect(reply.status).toBe(200);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect(reply.headers.get("pragma")).toBe("no-cache");
    expect(reply.headers.get("content-type")).toMatch(/^application\/json/);
    expect(reply.body).toMatchObject({ token_type: "Bearer", expires_in: 600 });
  }
});
