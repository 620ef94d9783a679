import { describe, expect, it } from "vitest";
import { call, newAdmin, ORIGIN } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { clientToken, form, newServiceAccount, post } from "../../support/service-accounts.ts";
import { kidOf } from "../../support/signing-keys.ts";

const SERVER = "/.well-known/oauth-authorization-server";
const OPENID = "/.well-known/openid-configuration";

describe.each([SERVER, OPENID])("%s", (path) => {
  it("may be kept for five minutes, and is not sent again when it is the same", async () => {
    const { status, headers } = await call("GET", path);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    const etag = headers.get("etag") ?? "";
    expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
    const again = await call("GET", path, { headers: { "if-none-match": etag } });
    expect([again.status, again.body]).toEqual([304, ""]);
    const other = await call("GET", path, { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  it("names the issuer exactly, and only places that are there", async () => {
    const { body } = await call("GET", path);
    expect(body.issuer).toBe(ORIGIN);
    const keys = await call("GET", body.jwks_uri.replace(ORIGIN, ""));
    expect(keys.body.keys.length).toBeGreaterThan(0);
    for (const name of ["token", "introspection", "revocation"]) {
      const place: string = body[`${name}_endpoint`];
      expect(place.startsWith(`${ORIGIN}/`)).toBe(true);
      const reply = await call("POST", place.replace(ORIGIN, ""), form({}));
      expect([400, 401]).toContain(reply.status);
      expect(reply.body.error).toBeDefined();
    }
    expect(body).not.toHaveProperty("authorization_endpoint");
    // Clients that read it refuse a list without elements (RFC 8414, section 3.2).
    for (const value of Object.values(body)) {
      if (Array.isArray(value)) expect(value).not.toEqual([]);
    }
    expect(body.response_types_supported).toEqual(["none"]);
  });

  it("follows the configured issuer", async () => {
    const elsewhere = serviceWith({ ISSUER: "https://auth.example.com" });
    const { body } = await elsewhere("GET", path);
    expect(body.issuer).toBe("https://auth.example.com");
    expect(body.jwks_uri).toBe("https://auth.example.com/.well-known/jwks.json");
  });
});

it("every grant and way to authenticate that it names works, and no other", async () => {
  const { body } = await call("GET", SERVER);
  expect(body.grant_types_supported).toEqual(["client_credentials", "refresh_token"]);
  expect(body.token_endpoint_auth_methods_supported).toEqual([
    "client_secret_basic",
    "client_secret_post",
    "none",
  ]);
  const client = await newServiceAccount((await newAdmin()).accessToken);
  const secret = { client_id: client.id, client_secret: client.secret };
  const grant = { grant_type: "client_credentials" };
  expect((await post("/oauth2/token", client, grant)).status).toBe(200);
  expect((await call("POST", "/oauth2/token", form({ ...grant, ...secret }))).status).toBe(200);
  const withSecret = ["client_secret_basic", "client_secret_post"];
  expect(body.introspection_endpoint_auth_methods_supported).toEqual(withSecret);
  expect(body.revocation_endpoint_auth_methods_supported).toEqual([...withSecret, "none"]);
  for (const path of ["/oauth2/introspect", "/oauth2/revoke"]) {
    expect((await post(path, client, { token: "x" })).status).toBe(200);
    expect((await call("POST", path, form({ token: "x", ...secret }))).status).toBe(200);
    const nameOnly = await call("POST", path, form({ token: "x", client_id: "first-party" }));
    expect(nameOnly.status).toBe(path === "/oauth2/revoke" ? 200 : 401);
  }
});

it("OpenID Connect's document says how ours are signed, and adds only what it must", async () => {
  const [server, openid] = [(await call("GET", SERVER)).body, (await call("GET", OPENID)).body];
  expect(openid).toEqual({
    ...server,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  });
  const client = await newServiceAccount((await newAdmin()).accessToken);
  const kid = kidOf(await clientToken(client));
  const { keys } = (await call("GET", "/.well-known/jwks.json")).body;
  expect(keys.find((key: { kid: string }) => key.kid === kid)?.alg).toBe("ES256");
});

it("while the algorithm changes it names both, the coming one first", async () => {
  await clientToken(await newServiceAccount((await newAdmin()).accessToken));
  const changing = serviceWith({ SIGNING_ALG: "EdDSA" });
  const { body } = await changing("GET", OPENID);
  expect(body.id_token_signing_alg_values_supported).toEqual(["EdDSA", "ES256"]);
});

it.each(["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"])(
  "GET %s is not allowed: nothing secret belongs into an address",
  async (path) => {
    const reply = await call("GET", `${path}?grant_type=client_credentials`);
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "POST"]);
  },
);
