import { beforeEach, describe, expect, it } from "vitest";
import {
  call,
  newUser,
  type Options,
  PASSWORD,
  type Reply,
  refresh,
  type SignedIn,
} from "../../support/client.ts";
import { routes } from "../../support/matrix.ts";
import { nameOf } from "../../support/route-inputs.ts";

/* Refresh tokens in a cookie, as a page of the same site has them. */

const APP = "http://localhost:3000";
const FROM_APP = { origin: APP, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" };
const NAME = "__Host-refresh_token";

let user: SignedIn;
beforeEach(async () => {
  user = await newUser();
});

/** What a page of the app asks, with the cookie that its browser holds. */
const ask = (path: string, cookie: string | null, options: Options = {}): Promise<Reply> =>
  call("POST", path, {
    ...options,
    headers: { ...FROM_APP, ...(cookie && { cookie: `${NAME}=${cookie}` }), ...options.headers },
  });

const login = (cookie: string | null = null): Promise<Reply> =>
  ask("/v1/auth/login?transport=cookie", cookie, {
    body: { email: user.email, password: PASSWORD },
  });

/** The token that a reply has the browser keep, or null where it sets no cookie. */
function cookieIn({ headers }: Reply): string | null {
  return new RegExp(`^${NAME}=([^;]*)`).exec(headers.get("set-cookie") ?? "")?.[1] ?? null;
}

describe("with transport=cookie", () => {
  it("a sign-in gives the refresh token to the browser, and to no script", async () => {
    const reply = await login();
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.body)).not.toContain("refresh_token");
    const token = cookieIn(reply) ?? "";
    expect(reply.headers.get("set-cookie")).toBe(
      `${NAME}=${token}; Max-Age=${reply.body.refresh_expires_in}; Path=/; HttpOnly; Secure; SameSite=Strict`,
    );
    expect(JSON.stringify(reply.body)).not.toContain(token);
    expect((await refresh(token)).status).toBe(200);
  });

  it("REF-01 a refresh whose reply is lost, or of two tabs at once, gives the same successor", async () => {
    const first = cookieIn(await login());
    const path = "/v1/auth/refresh?transport=cookie";
    const replies = await Promise.all([ask(path, first), ask(path, first)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const [one, two] = replies.map(cookieIn);
    expect(one).not.toBe(first);
    expect(two).toBe(one);
    expect(cookieIn(await ask(path, first))).toBe(one);
    expect((await ask(path, one ?? null, { body: {} })).status).toBe(200);
    // Its successor was used: this is a copy, and the session ends.
    expect((await ask(path, first)).body.code).toBe("invalid_refresh_token");
  });

  it("signs out, and the browser forgets the token; the others of one's sessions are told apart", async () => {
    const here = cookieIn(await login());
    const there = cookieIn(await login());
    const others = await ask("/v1/auth/logout?transport=cookie&scope=others", here);
    expect([others.status, cookieIn(others)]).toEqual([204, null]);
    expect((await refresh(there ?? "")).status).toBe(401);
    const out = await ask("/v1/auth/logout?transport=cookie", here);
    expect([out.status, out.headers.get("set-cookie")]).toEqual([
      204,
      `${NAME}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict`,
    ]);
    expect((await refresh(here ?? "")).status).toBe(401);
  });

  it("a changed password gives a cookie of the new session", async () => {
    const { body } = await login();
    const changed = await ask("/v1/users/me/password?transport=cookie", null, {
      token: body.access_token,
      body: { current_password: PASSWORD, new_password: "five loud geese over the marshes" },
    });
    expect(changed.status).toBe(200);
    expect((await refresh(cookieIn(changed) ?? "")).status).toBe(200);
  });

  it("RAT-06 the cookie shows whose device this is, where strangers have locked the name", async () => {
    const cookie = cookieIn(await login());
    const wrong = { body: { email: user.email, password: "of a stranger, and wrong" } };
    for (let tries = 0; tries < 10; tries++) await call("POST", "/v1/auth/login", wrong);
    expect((await login()).status).toBe(429);
    expect((await login(cookie)).status).toBe(200);
  });

  it("without a cookie there is nothing to refresh, and with one of each it is not said which", async () => {
    const path = "/v1/auth/refresh?transport=cookie";
    const none = await ask(path, null);
    expect([none.status, none.body.code]).toEqual([401, "invalid_refresh_token"]);
    const { refreshToken } = user;
    for (const place of [path, "/v1/auth/logout?transport=cookie"]) {
      const both = await ask(place, refreshToken, { body: { refresh_token: refreshToken } });
      expect([both.status, both.body.errors?.[0]?.path]).toEqual([400, "refresh_token"]);
    }
    const device = await ask("/v1/auth/login?transport=cookie", refreshToken, {
      body: { email: user.email, password: PASSWORD, device: refreshToken },
    });
    expect([device.status, device.body.errors?.[0]?.path]).toEqual([400, "device"]);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  const strangers: [string, Record<string, string>][] = [
    ["a page of another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["a page of the same site that may not call", { origin: "http://localhost:3001" }],
    ["a page whose browser hides where it is from", { origin: "null" }],
    ["a page that names an allowed origin from elsewhere", { "sec-fetch-site": "cross-site" }],
    ["an address that was typed", { "sec-fetch-site": "none" }],
    ["no page at all", { origin: "" }],
  ];
  it.each(strangers)("CSRF %s gets no cookie, and none of theirs counts", async (_, headers) => {
    const { refreshToken: cookie, accessToken: token } = user;
    const body = { email: user.email, password: PASSWORD };
    const new_password = "five loud geese over the marshes";
    const asked = [
      await ask("/v1/auth/login?transport=cookie", cookie, { headers, body }),
      await ask("/v1/auth/refresh?transport=cookie", cookie, { headers }),
      await ask("/v1/auth/logout?transport=cookie", cookie, { headers }),
      await ask("/v1/users/me/password?transport=cookie", cookie, {
        ...{ headers, token },
        body: { current_password: PASSWORD, new_password },
      }),
    ];
    for (const reply of asked) {
      expect(reply.body).toMatchObject({ code: "forbidden", errors: [{ path: "origin" }] });
      expect(reply.status).toBe(403);
      expect(reply.headers.get("set-cookie")).toBeNull();
    }
    expect((await refresh(cookie)).status).toBe(200);
  });
});

describe("without it", () => {
  it.each(["", "?transport=body"])("no cookie is read or set: %s", async (query) => {
    const body = { email: user.email, password: PASSWORD };
    const signedIn = await ask(`/v1/auth/login${query}`, user.refreshToken, { body });
    expect(signedIn.body.refresh_token).toMatch(/^rt1\./);
    expect(signedIn.headers.get("set-cookie")).toBeNull();
    const refused = await ask(`/v1/auth/refresh${query}`, user.refreshToken);
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [{ path: "refresh_token", message: "is required" }],
    ]);
    const out = await ask(`/v1/auth/logout${query}`, user.refreshToken);
    expect([out.status, out.body.code]).toEqual([401, "invalid_token"]);
    expect((await refresh(user.refreshToken)).status).toBe(200);
  });
});

it("a transport that is misspelt, or given twice, is refused by name", async () => {
  for (const query of ["transport=cooky", "transport=", "transport=cookie&transport=body"]) {
    const reply = await ask(`/v1/auth/refresh?${query}`, user.refreshToken);
    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([400, "transport"]);
  }
  const unknown = await ask("/v1/auth/refresh?transprot=cookie", user.refreshToken);
  expect([unknown.status, unknown.body.errors?.[0]?.path]).toEqual([400, "transprot"]);
});

it("pages that may call may send cookies; others may not read what comes back", async () => {
  const from = (origin: string) => call("GET", "/v1/users/me", { headers: { origin } });
  const own = (await from(APP)).headers;
  expect([
    own.get("access-control-allow-origin"),
    own.get("access-control-allow-credentials"),
  ]).toEqual([APP, "true"]);
  const { headers } = await from("https://evil.example");
  expect(headers.get("access-control-allow-origin")).toBeNull();
});

it("every route that gives tokens gives them by cookie as well", async () => {
  const { body: document } = await call("GET", "/openapi.json");
  const operations = routes.map((route) => ({
    name: nameOf(route),
    operation: document.paths[route.path.replace(/:(\w+)/g, "{$1}")][route.method.toLowerCase()],
  }));
  const giving = operations.filter(({ operation }) => {
    const schema = operation.responses[200]?.content?.["application/json"]?.schema;
    return schema?.$ref === "#/components/schemas/Tokens";
  });
  expect(giving.length).toBeGreaterThan(5);
  const takes = ({ operation }: (typeof operations)[number]) =>
    operation.parameters?.some(({ name }: { name: string }) => name === "transport");
  expect(giving.filter((one) => !takes(one))).toEqual([]);
});
