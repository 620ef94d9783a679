import { exports } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { MAX_FIELD_ERRORS, MAX_PATH_LENGTH } from "../../../src/api/http/errors.ts";
import { PROBLEMS } from "../../../src/api/http/problems.ts";
import {
  call,
  freshEmail,
  newAdmin,
  newUser,
  ORIGIN,
  PASSWORD,
  type SignedIn,
} from "../../support/client.ts";
import { routes } from "../../support/matrix.ts";
import { expectWellFormed } from "../../support/replies.ts";

let user: SignedIn;
beforeAll(async () => {
  user = await newUser();
});

/** Where the client of the other tests would read a body, or know its length. */
async function fetched(method: string, path: string, body?: ReadableStream) {
  const headers = { "content-type": "application/json" };
  const init = body === undefined ? { method } : { method, headers, body };
  const response = await exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
  return { status: response.status, text: await response.text() };
}

/** Its length is declared nowhere. */
const streamOf = (text: string): ReadableStream =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });

const login = (body: unknown, type: string) =>
  call("POST", "/v1/auth/login", { body, headers: { "content-type": type } });

it("API-01 a body over 16 KiB is refused, declared or not, and one below it is read", async () => {
  const body = (length: number) => {
    const frame = JSON.stringify({ refresh_token: "" }).length;
    return JSON.stringify({ refresh_token: "x".repeat(length - frame) });
  };
  const refresh = (text: string, headers = {}) =>
    call("POST", "/v1/auth/refresh", { body: text, headers });
  const tooLong = body(16 * 1024 + 1);
  for (const headers of [{}, { "content-length": `${tooLong.length}` }]) {
    const over = await refresh(tooLong, headers);
    expect([over.status, over.body.code]).toEqual([413, "payload_too_large"]);
  }
  expect((await refresh(body(16 * 1024))).status).toBe(400);
  const streamed = await fetched("POST", "/v1/auth/refresh", streamOf(body(64 * 1024)));
  expect(streamed.status).toBe(413);
});

it("API-01 a body that ends amid a character is refused, and the next one is read as it is", async () => {
  const sent = async (body: Uint8Array): Promise<number> => {
    const headers = { "content-type": "application/json" };
    const request = new Request(`${ORIGIN}/v1/auth/refresh`, { method: "POST", headers, body });
    const response = await exports.default.fetch(request);
    await response.text();
    return response.status;
  };
  const text = new TextEncoder().encode(JSON.stringify({ refresh_token: "rt1.é" }));
  const cut = text.subarray(0, text.indexOf(0xc3) + 1);
  expect([await sent(cut), await sent(text), await sent(cut), await sent(text)]).toEqual([
    400, 401, 400, 401,
  ]);
});

it.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json", ""])(
  "API-01 a body that is declared as %j is refused unread",
  async (type) => {
    const reply = await login({ email: user.email, password: PASSWORD }, type);
    expect([reply.status, reply.body.code]).toEqual([415, "unsupported_media_type"]);
    expectWellFormed(reply);
  },
);

it.each([
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=UTF-8",
  "Application/JSON",
  "application/json ; charset=utf-8",
  'application/json; charset="utf-8"; profile=x',
])("API-01 JSON may be declared as %j (RFC 9110, section 8.3.1)", async (type) => {
  const reply = await login({ email: "nobody", password: PASSWORD }, type);
  expect(reply.body.errors).toEqual([{ path: "email", message: "must be an e-mail address" }]);
});

it.each(["{", "", "{'email':1}", "[1,", "undefined", "{}{}"])(
  "API-01 %j is no JSON, and is told so",
  async (body) => {
    const reply = await login(body, "application/json");
    expect(reply.status).toBe(400);
    expectWellFormed(reply);
  },
);

it("API-01 every field at fault is named by its path", async () => {
  const reply = await login({ email: 1, extra: true }, "application/json");
  expect(reply.body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
    "email",
    "extra",
    "password",
  ]);
});

it("API-01 a problem names some faults, and does not grow with what was sent", async () => {
  const keys = (make: (i: number) => string, count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [make(i), 1])));
  const bodies = [
    keys((i) => `k${i}`, 1_500),
    keys((i) => `${i}${"k".repeat(7_000)}`, 2),
    keys((i) => `${i}${"\u{1f600}".repeat(1_000)}`, 3),
    JSON.stringify({ email: "a", password: "b", name: "c".repeat(15_000) }),
  ];
  for (const body of bodies) {
    const reply = await login(body, "application/json");
    expect([reply.status, reply.body.code]).toEqual([400, "invalid_request"]);
    expect(JSON.stringify(reply.body).length).toBeLessThan(4_000);
    expect(reply.body.errors.length).toBeLessThanOrEqual(MAX_FIELD_ERRORS);
    for (const { path } of reply.body.errors) {
      expect(path.length).toBeLessThanOrEqual(MAX_PATH_LENGTH);
      expect(path.isWellFormed()).toBe(true);
    }
  }
  const query = Array.from({ length: 200 }, (_, i) => `${"q".repeat(50)}${i}=`).join("&");
  const token = (await newAdmin()).accessToken;
  const asked = await call("GET", `/v1/users?${query}`, { token });
  expect(asked.body.errors).toHaveLength(MAX_FIELD_ERRORS);
});

it("API-01 a known path takes its methods only, and says which", async () => {
  for (const path of new Set(routes.map((route) => route.path))) {
    const filled = path.replace(/:[a-z]+/g, "x");
    // A path may also be one with a parameter: "me" stands where an id could.
    const takes = (pattern: string) =>
      new RegExp(`^${pattern.replace(/:[a-z]+/g, "[^/]+")}$`).test(filled);
    const methods = routes.filter((route) => takes(route.path)).map(({ method }) => method);
    const reply = await call("PROPFIND", filled);
    const allowed = methods.includes("GET") ? [...methods, "HEAD"] : methods;
    expect([path, reply.status]).toEqual([path, 405]);
    expect(reply.headers.get("allow")?.split(", ").sort()).toEqual([...new Set(allowed)].sort());
    if (!path.startsWith("/oauth2/")) expect(reply.body.code).toBe("method_not_allowed");
    expectWellFormed(reply);
  }
  for (const path of [
    "/root",
    "/v1",
    "/v1/users/me/",
    "//v1/users/me",
    "/V1/users/me",
    "/v2/users",
  ]) {
    const reply = await call("GET", path);
    expect([path, reply.status, reply.body.code]).toEqual([path, 404, "not_found"]);
  }
});

it("API-01 a path or method that is unknown is so before the body is looked at", async () => {
  const sent = { body: "x".repeat(64 * 1024), headers: { "content-type": "text/plain" } };
  expect((await call("POST", "/v2/users", sent)).status).toBe(404);
  expect((await call("PUT", "/v1/auth/login", sent)).status).toBe(405);
});

it("API-01 a HEAD says what a GET would, without the body", async () => {
  const head = await fetched("HEAD", "/health/live");
  expect([head.status, head.text]).toEqual([200, ""]);
  const refused = await fetched("HEAD", "/v1/users/me");
  expect([refused.status, refused.text]).toEqual([401, ""]);
});

it("API-01 tokens and accounts are kept by no cache; the public keys may be", async () => {
  const body = { email: freshEmail(), password: PASSWORD };
  const replies = [
    await call("POST", "/v1/auth/register", { body }),
    await call("POST", "/v1/auth/login", { body }),
    await call("GET", "/v1/users/me", { token: user.accessToken }),
    await call("GET", "/v1/users/me"),
    await call("GET", "/no-such-path"),
  ];
  for (const { headers } of replies) expect(headers.get("cache-control")).toBe("no-store");
  const keys = await call("GET", "/.well-known/jwks.json");
  expect(keys.headers.get("cache-control")).toBe("public, max-age=300");
});

it("every reply carries a request id: the caller's, if it is a plain one", async () => {
  const idOf = async (sent?: string) => {
    const headers: Record<string, string> = sent === undefined ? {} : { "x-request-id": sent };
    return (await call("GET", "/health/live", { headers })).headers.get("x-request-id");
  };
  expect(await idOf("trace-42_a=")).toBe("trace-42_a=");
  const own = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
  const first = await idOf();
  expect(first).toMatch(own);
  expect(await idOf()).not.toBe(first);
  for (const sent of ["a b", "<script>", "x".repeat(65), "ada@example.com"]) {
    expect(await idOf(sent)).toMatch(own);
  }
});

describe("every problem", () => {
  it.each(Object.entries(PROBLEMS))(
    "%s is explained where its type points",
    async (code, problem) => {
      const reply = await call("GET", `/problems/${code}`);
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ code, ...problem });
      expect(reply.body.explanation.length).toBeGreaterThan(20);
    },
  );

  it.each(Object.entries(PROBLEMS))("%s has a page for a person", async (code, problem) => {
    const headers = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" };
    const reply = await call("GET", `/problems/${code}`, { headers });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toBe("text/html; charset=UTF-8");
    expect(reply.headers.get("vary")).toContain("Accept");
    const text = textOf(reply.body);
    const told = [problem.title, problem.explanation, problem.client];
    for (const part of told) expect(text).toContain(part.replaceAll("`", ""));
    // What is between the tags of its style is what its policy lets through.
    const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(reply.body) ?? [];
    const digest = createHash("sha256").update(style).digest("base64");
    const policy = reply.headers.get("content-security-policy");
    expect(policy).toContain(`style-src 'sha256-${digest}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(reply.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  });

  it.each([
    ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "text/html"],
    ["text/html", "text/html"],
    ["*/*", "application/json"],
    ["", "application/json"],
    ["text/html;q=0.5, */*", "application/json"],
    ["application/problem+json, text/html;q=0.1", "application/json"],
    ["text/html, application/json", "application/json"],
    ["text/html;q=0", "application/json"],
  ])("is a page for whoever prefers one: %s", async (accept, type) => {
    const { headers } = await call("GET", "/problems/forbidden", { headers: { accept } });
    expect(headers.get("content-type")).toMatch(new RegExp(`^${type}`));
  });

  it("that does not exist is not explained", async () => {
    for (const code of ["no_such_code", "constructor", "__proto__", "toString", "%00"]) {
      expect((await call("GET", `/problems/${code}`)).status).toBe(404);
    }
  });
});

/** What a person reads of a page. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*<\/style>/, "")
    .replace(/<[^>]*>/g, "")
    .replace(/&(quot|#39|lt|gt|amp);/g, (_, name) => ENTITIES[name] ?? "");

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  "#39": "'",
  lt: "<",
  gt: ">",
  amp: "&",
};

describe("the root", () => {
  it("says what this is and where to go, to a program and to a person", async () => {
    const { body } = await call("GET", "/");
    expect(body).toMatchObject({ name: "auth-service", openapi: `${ORIGIN}/openapi.json` });
    const page = await call("GET", "/", { headers: { accept: "text/html" } });
    expect(textOf(page.body)).toContain(body.documentation);
    for (const place of [body.openapi, body.jwks, body.health]) {
      expect((await call("GET", new URL(place).pathname)).status).toBe(200);
    }
  });
});
