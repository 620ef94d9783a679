import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, newAdmin, newUser, ORIGIN, type SignedIn } from "../../support/client.ts";
import {
  clientToken,
  expectOAuthError,
  form,
  newServiceAccount,
} from "../../support/service-accounts.ts";

/** Each way to say who one is, good or not, and what it adds to the request. */
type Way = { readonly headers?: Record<string, string>; readonly fields?: Record<string, string> };

const ENDPOINTS = [
  { path: "/oauth2/token", fields: { grant_type: "client_credentials" } },
  { path: "/oauth2/token", fields: { grant_type: "refresh_token", refresh_token: "x" } },
  { path: "/oauth2/introspect", fields: { token: "x" } },
  { path: "/oauth2/revoke", fields: { token: "x" } },
];

let admin: SignedIn;
let headers: Record<string, Way>;
let bodies: Record<string, Way>;
beforeAll(async () => {
  admin = await newAdmin();
  const { id, secret } = await newServiceAccount(admin.accessToken);
  const authorization = (text: string): Way => ({ headers: { authorization: text } });
  headers = {
    "a good header": authorization(`Basic ${btoa(`${id}:${secret}`)}`),
    "a wrong header": authorization(`Basic ${btoa(`${id}:wrong`)}`),
    "a broken header": authorization("Basic ???"),
    "two headers": authorization(`Basic ${btoa(`${id}:${secret}`)}, Basic ${btoa("a:b")}`),
    "a bearer token": authorization(`Bearer ${await clientToken({ id, secret })}`),
  };
  const assertion = { client_assertion_type: "x", client_assertion: "y" };
  bodies = {
    "a good secret": { fields: { client_id: id, client_secret: secret } },
    "a wrong secret": { fields: { client_id: id, client_secret: "wrong" } },
    "a secret alone": { fields: { client_secret: secret } },
    "an assertion": { fields: assertion },
    "an assertion and a name": { fields: { ...assertion, client_id: "first-party" } },
  };
});

const ask = (endpoint: (typeof ENDPOINTS)[number], ...ways: Way[]) => {
  const fields = Object.assign({}, endpoint.fields, ...ways.map((way) => way.fields));
  return call(
    "POST",
    endpoint.path,
    form(fields, Object.assign({}, ...ways.map((w) => w.headers))),
  );
};

describe.each(ENDPOINTS)("$path with $fields", (endpoint) => {
  it("refuses two credentials, whichever of them is good (RFC 6749, section 2.3)", async () => {
    for (const header of Object.values(headers)) {
      for (const body of Object.values(bodies)) {
        expectOAuthError(await ask(endpoint, header, body), 400, "invalid_request");
      }
    }
    const both = { fields: { ...bodies["a good secret"]?.fields, client_assertion: "y" } };
    expectOAuthError(await ask(endpoint, both), 400, "invalid_request");
  });

  it("refuses a header and a body that name different clients", async () => {
    for (const name of ["first-party", "someone-else"]) {
      const other = { fields: { client_id: name } };
      for (const header of ["a good header", "a wrong header"]) {
        const reply = await ask(endpoint, headers[header] ?? {}, other);
        expectOAuthError(reply, 400, "invalid_request");
      }
    }
  });

  it("a credential that does not do is never overlooked", async () => {
    const { "a good header": _, ...wrongHeaders } = headers;
    const { "a good secret": __, ...wrongBodies } = bodies;
    for (const way of [...Object.values(wrongHeaders), ...Object.values(wrongBodies)]) {
      expectOAuthError(await ask(endpoint, way), 401, "invalid_client");
    }
    const named = { fields: { client_id: "first-party" } };
    const reply = await ask(endpoint, headers["a bearer token"] ?? {}, named);
    expectOAuthError(reply, 401, "invalid_client");
  });

  it("takes no client from an address, where it would be logged", async () => {
    for (const name of ["client_id", "client_secret", "client_assertion"]) {
      const elsewhere = { ...endpoint, path: `${endpoint.path}?${name}=first-party` };
      expectOAuthError(await ask(elsewhere), 400, "invalid_request");
    }
  });

  it.each([
    ["raw", [0xff]],
    ["escaped", [...new TextEncoder().encode("%ff")]],
    ["an escaped surrogate", [...new TextEncoder().encode("%ED%A0%80")]],
    ["a broken escape", [...new TextEncoder().encode("%zz")]],
  ])("refuses a form that is no UTF-8: %s", async (_, bytes) => {
    const start = new TextEncoder().encode(`${new URLSearchParams(endpoint.fields)}&x=`);
    const request = new Request(`${ORIGIN}${endpoint.path}`, {
      method: "POST",
      body: Uint8Array.from([...start, ...bytes]),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const reply = await exports.default.fetch(request);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: "invalid_request" });
  });
});

it("a person's token is no credential of a client", async () => {
  const user = await newUser();
  const bearer = { headers: { authorization: `Bearer ${user.accessToken}` } };
  for (const endpoint of ENDPOINTS) {
    expectOAuthError(await ask(endpoint, bearer), 401, "invalid_client");
  }
});
