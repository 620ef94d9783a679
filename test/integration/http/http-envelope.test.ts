import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { newUser, ORIGIN, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

let user: SignedIn;
let etag: string;

const ask = (method: string, path: string, headers: HeadersInit = {}, body: string | null = null) =>
  exports.default.fetch(new Request(`${ORIGIN}${path}`, { method, headers, body }));

const JSON_TYPE = { "content-type": "application/json" };
const JWKS = "/.well-known/jwks.json";

beforeAll(async () => {
  user = await newUser();
  etag = (await ask("GET", JWKS)).headers.get("etag") ?? "";
});

function expectEnvelope(headers: Headers): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-security-policy":
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-request-id": expect.stringMatching(/^[\w=-]{1,64}$/),
    "cache-control": expect.stringMatching(/no-store|max-age/),
  });
}

it.each([
  [200, () => ask("GET", "/health/live")],
  [200, () => ask("HEAD", "/health/live")],
  [200, () => ask("GET", JWKS)],
  [304, () => ask("GET", JWKS, { "if-none-match": etag })],
  [400, () => ask("POST", "/v1/auth/login", JSON_TYPE, "{")],
  [401, () => ask("GET", "/v1/users/me")],
  [404, () => ask("GET", "/nowhere")],
  [404, () => ask("OPTIONS", "/nowhere")],
  [405, () => ask("PUT", "/v1/auth/login")],
  [413, () => ask("POST", "/v1/auth/login", JSON_TYPE, "x".repeat(20_000))],
  [415, () => ask("POST", "/v1/auth/login", { "content-type": "text/plain" }, "x")],
  [
    401,
    () =>
      ask(
        "POST",
        "/oauth2/introspect",
        { "content-type": "application/x-www-form-urlencoded" },
        "token=x",
      ),
  ],
  [204, () => ask("POST", "/v1/auth/logout", { authorization: `Bearer ${user.accessToken}` })],
] as const)("every reply carries the same headers: %s, case %#", async (status, send) => {
  const reply = await send();
  expect(reply.status).toBe(status);
  expectEnvelope(reply.headers);
});

it("so do outages and mistakes in the configuration", async () => {
  for (const broken of [serviceWith({ ISSUER: "" }), serviceWith({ SIGNING_ALG: "none" })]) {
    const reply = await broken("GET", JWKS);
    expect(reply.status).toBe(503);
    expectEnvelope(reply.headers);
  }
});

it("the request's id is the caller's where it is one, and stands in the problem too", async () => {
  const named = await ask("GET", "/nowhere", { "x-request-id": "trace-1_2=" });
  expect(named.headers.get("x-request-id")).toBe("trace-1_2=");
  expect(await named.json()).toMatchObject({ request_id: "trace-1_2=" });
  for (const odd of ["", "a b", "x".repeat(65), "a,b", "<script>"]) {
    const reply = await ask("GET", "/nowhere", { "x-request-id": odd });
    const id = reply.headers.get("x-request-id");
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await reply.json()).toMatchObject({ request_id: id });
  }
});

it("a reply to nobody's page says that it depends on the page, so that no cache mixes them up", async () => {
  const reply = await ask("GET", JWKS);
  expect(reply.headers.get("vary")).toMatch(/\borigin\b/i);
  expect(reply.headers.get("access-control-allow-origin")).toBeNull();
  const revalidated = await ask("GET", JWKS, { "if-none-match": etag });
  expect(revalidated.headers.get("vary")).toMatch(/\borigin\b/i);
});

it("API-01 a body that is too long is refused where none is read, too", async () => {
  const headers = { ...JSON_TYPE, "content-length": "20000" };
  const reply = await exports.default.fetch(new Request(`${ORIGIN}${JWKS}`, { headers }));
  expect(reply.status).toBe(413);
});
