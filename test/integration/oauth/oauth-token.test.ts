import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  call,
  newAdmin,
  newUser,
  type Reply,
  refresh,
  type SignedIn,
} from "../../support/client.ts";
import { moveClock, SECOND } from "../../support/moving-clock.ts";
import {
  basic,
  expectOAuthError,
  form,
  newServiceAccount,
  post,
  type ServiceAccount,
  tokenReply,
} from "../../support/service-accounts.ts";
import { withoutTable } from "../../support/storage.ts";
import { claimsOf } from "../../support/tokens.ts";

const PATH = "/oauth2/token";
const GRANT = { grant_type: "client_credentials" };

let admin: SignedIn;
let client: ServiceAccount;
beforeAll(async () => {
  admin = await newAdmin();
  client = await newServiceAccount(admin.accessToken);
});
afterEach(() => vi.useRealTimers());

const ask = (fields: Parameters<typeof form>[0], headers: Record<string, string> = {}) =>
  call("POST", PATH, form(fields, headers));

const inBody = ({ id, secret }: ServiceAccount) => ({ client_id: id, client_secret: secret });

describe("client_credentials", () => {
  it("gives a token by the header and by the body, to be kept nowhere", async () => {
    for (const reply of [await tokenReply(client), await ask({ ...GRANT, ...inBody(client) })]) {
      expect(reply.status).toBe(200);
      expect(reply.headers.get("cache-control")).toBe("no-store");
      expect(reply.headers.get("content-type")).toMatch(/^application\/json/);
      const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(reply.body).toEqual({ access_token: token, token_type: "Bearer", expires_in: 600 });
      const claims = claimsOf(reply.body.access_token);
      expect(claims).toMatchObject({ sub: client.id, client_id: client.id, amr: [], roles: [] });
      expect(claims).not.toHaveProperty("sid");
    }
  });

  it("takes the header's id in the body as well, when it is the same", async () => {
    const own = { ...GRANT, client_id: client.id };
    expect((await post(PATH, client, own)).status).toBe(200);
    const other = await post(PATH, client, { ...GRANT, client_id: "svc_other" });
    expectOAuthError(other, 400, "invalid_request");
  });

  it("refuses a client that authenticates twice over", async () => {
    expectOAuthError(
      await post(PATH, client, { ...GRANT, ...inBody(client) }),
      400,
      "invalid_request",
    );
    const secretAlone = { ...GRANT, client_secret: client.secret };
    expectOAuthError(await post(PATH, client, secretAlone), 400, "invalid_request");
  });

  it("decodes what the header carries as a form's letters (RFC 6749, section 2.3.1)", async () => {
    const escaped = (text: string) =>
      [...text].map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
    const authorization = `bAsIc ${btoa(`${escaped(client.id)}:${escaped(client.secret)}`)}`;
    expect((await ask(GRANT, { authorization })).status).toBe(200);
  });

  it("is refused in the same words, whatever is wrong with the client", async () => {
    const disabled = await newServiceAccount(admin.accessToken);
    const deleted = await newServiceAccount(admin.accessToken);
    const token = admin.accessToken;
    await call("PATCH", `/v1/service-accounts/${disabled.id}`, {
      token,
      body: { status: "disabled" },
    });
    await call("DELETE", `/v1/service-accounts/${deleted.id}`, { token });
    const wrong: Record<string, ServiceAccount> = {
      "a wrong secret": { ...client, secret: `${client.secret}x` },
      "an empty secret": { ...client, secret: "" },
      "another's secret": { ...client, secret: disabled.secret },
      unknown: { id: `svc_${"A".repeat(22)}`, secret: client.secret },
      "no id at all": { id: "nobody", secret: client.secret },
      "a person": { id: admin.id, secret: client.secret },
      disabled,
      deleted,
    };
    const replies: Reply[] = [];
    for (const account of Object.values(wrong)) {
      replies.push(await tokenReply(account), await ask({ ...GRANT, ...inBody(account) }));
    }
    for (const reply of replies) {
      expectOAuthError(reply, 401, "invalid_client");
      expect(reply.body).toEqual(replies[0]?.body);
    }
  });

  it.each([
    ["nothing", {}],
    ["a bearer token", { authorization: "Bearer x" }],
    ["no credentials in the header", { authorization: "Basic" }],
    ["a header that is no base64", { authorization: "Basic ???" }],
    ["a header without a colon", { authorization: `Basic ${btoa("svc_x")}` }],
    ["a header with two colons", { authorization: `Basic ${btoa("svc_x:y:z")}` }],
    ["a header with broken escapes", { authorization: `Basic ${btoa("svc_%zz:y")}` }],
    ["a header that is no UTF-8", { authorization: `Basic ${btoa("svc_%ff:y")}` }],
  ])("is refused to a client that shows %s", async (_, headers) => {
    expectOAuthError(await ask(GRANT, headers), 401, "invalid_client");
  });

  it("RAT-05 an outage is no refusal, and stops nobody whose object knows them", async () => {
    const stranger = await newServiceAccount(admin.accessToken);
    expect((await tokenReply(client)).status).toBe(200);
    await withoutTable("service_accounts", async () => {
      const reply = await tokenReply(stranger);
      expectOAuthError(reply, 503, "temporarily_unavailable");
      expect(reply.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
      expect((await tokenReply(client)).status).toBe(200);
    });
    expect((await tokenReply(stranger)).status).toBe(200);
  });
});

describe("the request itself", () => {
  it.each<[string, Parameters<typeof form>[0], string]>([
    ["no grant_type", {}, "invalid_request"],
    ["an empty one", { grant_type: "" }, "invalid_request"],
    [
      "the password grant",
      { grant_type: "password", username: "a", password: "b" },
      "unsupported_grant_type",
    ],
    ["the code grant", { grant_type: "authorization_code", code: "x" }, "unsupported_grant_type"],
    ["another case", { grant_type: "Client_Credentials" }, "unsupported_grant_type"],
    ["a scope", { ...GRANT, scope: "users:read" }, "invalid_scope"],
    [
      "a grant_type given twice",
      [
        ["grant_type", "client_credentials"],
        ["grant_type", "client_credentials"],
      ],
      "invalid_request",
    ],
    [
      "an unknown field given twice",
      [
        ["grant_type", "client_credentials"],
        ["x", "1"],
        ["x", ""],
      ],
      "invalid_request",
    ],
    ["a refresh without a token", { grant_type: "refresh_token" }, "invalid_request"],
  ])("is refused for %s", async (_, fields, error) => {
    expectOAuthError(await post(PATH, client, fields), 400, error);
  });

  it("an empty field is as good as none, and an unknown one is not looked at", async () => {
    const fields = { ...GRANT, scope: "", client_secret: "", unknown: "x" };
    expect((await post(PATH, client, fields)).status).toBe(200);
  });

  it.each([
    ["JSON", JSON.stringify(GRANT), "application/json"],
    ["plain text", "grant_type=client_credentials", "text/plain"],
    ["a multipart form", "--x--", "multipart/form-data; boundary=x"],
  ])("takes forms only, not %s", async (_, body, type) => {
    const headers = { ...basic(client), "content-type": type };
    expectOAuthError(await call("POST", PATH, { body, headers }), 400, "invalid_request");
  });

  it("takes a form by any spelling of its type", async () => {
    const headers = {
      ...basic(client),
      "content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
    };
    expect((await call("POST", PATH, form(GRANT, headers))).status).toBe(200);
  });

  it("no body at all is a wrong type", async () => {
    expectOAuthError(await call("POST", PATH, { headers: basic(client) }), 400, "invalid_request");
  });
});

describe("refresh_token", () => {
  const refreshed = (token: string, more: Record<string, string> = {}, headers = {}) =>
    ask({ grant_type: "refresh_token", refresh_token: token, ...more }, headers);

  it("rotates by the same rules as /v1/auth/refresh", async () => {
    const user = await newUser();
    const first = await refreshed(user.refreshToken, { client_id: "first-party" });
    expect(first.status).toBe(200);
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(first.body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 600,
      refresh_token: expect.stringMatching(/^rt1\./),
    });
    expect(claimsOf(first.body.access_token)).toMatchObject({ sub: user.id, sid: user.sessionId });
    expect(first.body.refresh_token).not.toBe(user.refreshToken);
    expect((await refresh(first.body.refresh_token)).status).toBe(200);
  });

  it("REF-04 whoever lost the reply gets the same successor, by either door", async () => {
    const user = await newUser();
    const first = await refreshed(user.refreshToken);
    const again = await refreshed(user.refreshToken);
    const elsewhere = await refresh(user.refreshToken);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    expect(elsewhere.body.refresh_token).toBe(first.body.refresh_token);
  });

  it("REF-02 reuse is invalid_grant and ends the session", async () => {
    const user = await newUser();
    const { body } = await refreshed(user.refreshToken);
    moveClock(31 * SECOND);
    expectOAuthError(await refreshed(user.refreshToken), 400, "invalid_grant");
    expectOAuthError(await refreshed(body.refresh_token), 400, "invalid_grant");
  });

  it("REF-13 no other client can use the token, and trying ends nothing", async () => {
    const user = await newUser();
    const { refreshToken } = user;
    for (const reply of [
      await refreshed(refreshToken, inBody(client)),
      await refreshed(refreshToken, {}, basic(client)),
    ]) {
      expectOAuthError(reply, 400, "invalid_grant");
    }
    // RFC 6749, section 5.2: who the client is was not shown, whatever the token is worth.
    const firstParty = { client_id: "first-party", client_secret: "x" };
    const wrong = { ...client, secret: "wrong" };
    for (const reply of [
      await refreshed(refreshToken, { client_id: client.id }),
      await refreshed(refreshToken, { client_id: "someone-else" }),
      await refreshed(refreshToken, inBody(wrong)),
      await refreshed(refreshToken, {}, basic(wrong)),
      await refreshed(refreshToken, firstParty),
      await refreshed(refreshToken, {}, basic({ id: "first-party", secret: "x" })),
      await refreshed(refreshToken, { client_secret: "x" }),
      await refreshed(refreshToken, {}, { authorization: `Bearer ${user.accessToken}` }),
    ]) {
      expectOAuthError(reply, 401, "invalid_client");
    }
    const wider = await refreshed(refreshToken, { scope: "*" });
    expectOAuthError(wider, 400, "invalid_scope");
    const elsewhere = { audience: "https://other", resource: "https://other" };
    const { status, body } = await refreshed(refreshToken, elsewhere);
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({ aud: claimsOf(user.accessToken)["aud"] });
  });

  it("what is no refresh token is invalid_grant", async () => {
    const user = await newUser();
    for (const token of ["x", user.accessToken, `${user.refreshToken}x`, client.secret]) {
      expectOAuthError(await refreshed(token), 400, "invalid_grant");
    }
    expect((await refresh(user.refreshToken)).status).toBe(200);
  });
});
