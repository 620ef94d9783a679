import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import { call, newUser, type Reply } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { moveClock } from "../../support/moving-clock.ts";
import { unreachable } from "../../support/throttle.ts";

beforeAll(() => newUser()); // the first signing key exists from here on

const down = ({ body }: Reply): string[] =>
  Object.entries<{ status: string }>(body.checks)
    .filter(([, check]) => check.status !== "ok")
    .map(([name]) => name);

/** The parts whose failure is in the log from here on. */
function loggedFailures(): () => string[] {
  const written = vi.spyOn(console, "error").mockImplementation(() => undefined);
  return () =>
    written.mock.calls
      .map(([line]) => JSON.parse(String(line)))
      .filter(({ event, requestId }) => event === "dependency_failed" && requestId !== undefined)
      .map(({ dependency }) => dependency);
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("alive means that the code runs", async () => {
  const reply = await call("GET", "/health/live");
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({ status: "ok" });
  const nothing = serviceWith({ DB: null, JWKS_CACHE: null, USERS: null, AUTH_SECRETS: "" });
  expect((await nothing("GET", "/health/live")).status).toBe(200);
});

it("ready means that every part answers, and says how long each took", async () => {
  const reply = await call("GET", "/health/ready");
  expect(reply.status).toBe(200);
  expect(reply.headers.get("cache-control")).toBe("no-store");
  const check = { status: "ok", duration_ms: expect.any(Number) };
  expect(reply.body).toEqual({
    status: "ok",
    checks: { d1: check, kv: check, durable_object: check, signing_key: check },
  });
});

it.each([
  // Without D1 an isolate that has no copy of the keys cannot sign either.
  ["D1", { DB: failing(env.DB, () => true) }, ["d1", "signing_key"]],
  ["KV", { JWKS_CACHE: failing(env.JWKS_CACHE, () => true) }, ["kv"]],
  [
    "a Durable Object",
    { LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "ping") },
    ["durable_object"],
  ],
  ["the Durable Objects' binding", { LOGIN_THROTTLES: undefined }, ["durable_object"]],
])("without %s it is not ready, and names what is missing", async (_, broken, missing) => {
  const failures = loggedFailures();
  const reply = await serviceWith(broken)("GET", "/health/ready");
  expect(reply.status).toBe(503);
  expect(reply.headers.get("retry-after")).toBe("2");
  expect(reply.headers.get("cache-control")).toBe("no-store");
  expect(reply.body.status).toBe("unavailable");
  expect(down(reply)).toEqual(missing);
  expect(JSON.stringify(reply.body)).not.toContain("injected");
  expect(failures()).toEqual(expect.arrayContaining(missing));
});

it("one probing serves all who ask an isolate for two seconds", async () => {
  let probes = 0;
  const counted = failing(env.DB, (path) => {
    if (path === "prepare.run") probes += 1;
    return false;
  });
  const service = serviceWith({ DB: counted });
  const asking = Array.from({ length: 20 }, () => service("GET", "/health/ready"));
  const statuses = (await Promise.all(asking)).map(({ status }) => status);
  expect(statuses).toEqual(statuses.map(() => 200));
  expect(probes).toBe(1);
  moveClock(2_000);
  await service("GET", "/health/ready");
  expect(probes).toBe(2);
});

it.each([
  "drop trigger users_email_insert",
  "drop trigger signing_keys_numbers_update",
  "drop index users_created",
])("without what guards the rows it is not ready, and the log names it: %s", async (statement) => {
  const name = statement.split(" ").at(-1);
  const made = await env.DB.prepare("select sql from sqlite_master where name = ?")
    .bind(name)
    .first<string>("sql");
  await env.DB.prepare(statement).run();
  const log = capturedLog();
  const reply = await serviceWith({})("GET", "/health/ready");
  log.stop();
  await env.DB.prepare(made ?? "").run();
  expect([reply.status, down(reply)]).toEqual([503, ["d1"]]);
  expect(log.lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ dependency: "d1", code: "database_guards_missing", about: name }),
  );
  expect((await serviceWith({})("GET", "/health/ready")).status).toBe(200);
});
