import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FEED_CRON } from "../../../src/core/config/constants.ts";
import worker from "../../../src/index.ts";
import { capturedLog } from "../../support/canaries.ts";
import { call, freshEmail, insertUser, newUser, PASSWORD, refresh } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { rpc, rpcWith } from "../../support/rpc.ts";
import { unreachable } from "../../support/throttle.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

let log: ReturnType<typeof capturedLog>;
beforeEach(() => {
  log = capturedLog();
});
afterEach(() => log.stop());

/** @param route of which the lines are wanted; others may be of messages that come by themselves */
const lines = (route: string) =>
  log.lines
    .map((line) => JSON.parse(line))
    .filter((line) => line.event === "request" && line.route === route);

describe("the line of a request", () => {
  it("says what was asked, what came of it and what it waited for", async () => {
    const { email } = await insertUser(["user"]);
    const body = { email, password: PASSWORD };
    const headers = { traceparent: TRACEPARENT, "x-request-id": "req-1" };
    await call("POST", "/v1/auth/login", { body, headers });
    expect(lines("/v1/auth/login")).toEqual([
      {
        level: "info",
        event: "request",
        requestId: "req-1",
        traceId: TRACE,
        method: "POST",
        route: "/v1/auth/login",
        status: 200,
        outcome: "ok",
        duration: expect.any(Number),
        hash: expect.any(Number),
        d1: expect.any(Number),
        object: expect.any(Number),
        sign: expect.any(Number),
      },
    ]);
  });

  it("has the parts alone that the request needed", async () => {
    const { refreshToken } = await newUser();
    log.lines.length = 0;
    await refresh(refreshToken);
    const [line] = lines("/v1/auth/refresh");
    expect(line).toMatchObject({ outcome: "ok", object: expect.any(Number) });
    expect(line).not.toHaveProperty("hash");
  });

  it("names the route by its pattern, and never what stood in its place or behind it", async () => {
    const email = freshEmail("canary");
    await call("GET", `/v1/users/${email}?email=${email}`);
    await call("GET", `/no-such-path/${email}?${email}`);
    expect(lines("/v1/users/:id")).toMatchObject([{ outcome: "invalid_token" }]);
    expect(lines("none")).toMatchObject([{ outcome: "not_found", status: 404 }]);
    expect(log.lines.join()).not.toContain(email);
  });

  it.each([
    ["GET", "/v1/users/me", {}, "invalid_token"],
    ["POST", "/v1/auth/login", { body: {} }, "invalid_request"],
    ["POST", "/v1/auth/refresh", { body: { refresh_token: "x" } }, "invalid_refresh_token"],
    ["POST", "/oauth2/token", { body: {} }, "invalid_request"],
  ])("of a refused %s %s has its code", async (method, path, options, outcome) => {
    await call(method, path, options);
    expect(lines(path)).toMatchObject([{ outcome }]);
  });

  it("of an outage has its code, and the same id as the line that says why", async () => {
    const service = serviceWith({ USERS: unreachable(env.USERS, "refresh") });
    const { refreshToken } = await newUser();
    const body = { refresh_token: refreshToken };
    const reply = await service("POST", "/v1/auth/refresh", { body });
    expect(lines("/v1/auth/refresh")).toMatchObject([
      { status: 503, outcome: "service_unavailable", requestId: reply.body.request_id },
    ]);
    const why = log.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "error");
    expect(why).toMatchObject([{ requestId: reply.body.request_id }]);
  });

  it.each(["", "00-0-0-0", TRACEPARENT.toUpperCase(), "canary"])(
    "begins a trace where %j came",
    async (traceparent) => {
      await call("GET", "/health/live", { headers: { traceparent } });
      const [{ traceId }] = lines("/health/live");
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(log.lines.join()).not.toContain("canary");
    },
  );

  it("is written for failures alone where REQUEST_LOG says so", async () => {
    const service = serviceWith({ REQUEST_LOG: "failures" });
    await service("GET", "/health/live");
    expect(lines("/health/live")).toEqual([]);
  });
});

describe("a line is written too of", () => {
  it("what another Worker calls", async () => {
    const { accessToken } = await newUser();
    log.lines.length = 0;
    await rpc.verify(accessToken);
    await rpc.verify("x");
    await rpcWith({ USERS: unreachable(env.USERS, "check") }).verify(accessToken, {
      maxStaleness: 0,
    });
    expect(lines("AuthRpc.verify")).toMatchObject([
      { method: "RPC", outcome: "ok" },
      { outcome: "invalid_token" },
      { outcome: "unavailable" },
    ]);
  });

  it("a cron", async () => {
    await worker.scheduled(createScheduledController({ cron: FEED_CRON }), env);
    expect(lines(FEED_CRON)).toMatchObject([{ method: "CRON", outcome: "ok" }]);
  });

  it("a batch of a queue", async () => {
    await call("POST", "/v1/auth/register", { body: { email: freshEmail(), password: PASSWORD } });
    await expect
      .poll(() => lines("auth-service-events").length, { timeout: 10_000 })
      .toBeGreaterThan(0);
  });
});

describe("SERVER_TIMING", () => {
  it("says in a reply where its time went", async () => {
    const service = serviceWith({ SERVER_TIMING: "true" });
    const { email } = await insertUser(["user"]);
    const reply = await service("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
    expect(reply.headers.get("server-timing")).toMatch(
      /^total;dur=\d+(, (hash|d1|object|sign);dur=\d+){4}$/,
    );
  });

  it("is off unless somebody asks for it", async () => {
    expect((await call("GET", "/health/live")).headers.has("server-timing")).toBe(false);
  });

  it("is refused by a service that others reach", async () => {
    const vars = { SERVER_TIMING: "true", ISSUER: "https://auth.example.com" };
    const reply = await serviceWith(vars)("GET", "/health/ready");
    expect(reply.body.code).toBe("misconfigured");
    expect(log.lines.join()).toContain("SERVER_TIMING");
  });
});
