import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../src/core/logging.ts";
import { timed, tracedFetch } from "../../../src/core/telemetry/current-request.ts";
import { observing, serverTiming } from "../../../src/core/telemetry/observer.ts";
import type { Outcome } from "../../../src/core/telemetry/request-line.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const OK: Outcome = { route: "/v1/auth/login", status: 200, outcome: "ok" };
const newUuid = () => crypto.randomUUID();

function observed(requestLog: "all" | "failures" = "all") {
  const lines: LogEvent[] = [];
  const counted: unknown[] = [];
  let now = 0;
  const observe = observing({
    clock: () => now,
    newUuid,
    log: { info: (line) => lines.push(line) },
    metrics: { request: (line) => counted.push(line), stored: () => undefined },
    requestLog,
  });
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { observe, lines, counted, pass };
}

it("a request has one line, with what it waited for", async () => {
  const { observe, lines, counted, pass } = observed();
  const begun = { requestId: "req-1", traceparent: TRACEPARENT, method: "POST" };
  const work = async () => {
    await timed("hash", async () => pass(280));
    await timed("d1", async () => pass(12));
    pass(20);
    return "the answer";
  };
  expect(await observe(begun, work, () => OK)).toBe("the answer");
  const line = { event: "request", requestId: "req-1", traceId: TRACE, method: "POST", ...OK };
  expect(lines).toEqual([{ ...line, duration: 312, hash: 280, d1: 12 }]);
  expect(counted).toEqual(lines);
});

it("two requests at once are told apart", async () => {
  const { observe, lines, pass } = observed();
  const request = (part: "d1" | "object", milliseconds: number) =>
    observe(
      { method: "GET" },
      () => timed(part, async () => pass(milliseconds)),
      () => OK,
    );
  await Promise.all([request("d1", 3), request("object", 4)]);
  expect(lines).toMatchObject([{ d1: expect.any(Number) }, { object: expect.any(Number) }]);
  expect(lines[0]).not.toHaveProperty("object");
  expect(lines[1]).not.toHaveProperty("d1");
});

describe("REQUEST_LOG failures", () => {
  it.each<[string, Outcome, number]>([
    ["leaves out what went well", OK, 0],
    ["leaves out a refusal", { ...OK, status: 401, outcome: "invalid_token" }, 0],
    ["tells of an outage", { ...OK, status: 503, outcome: "service_unavailable" }, 1],
    ["tells of a call that could not be decided", { route: "r", outcome: "unavailable" }, 1],
    ["tells of a cron that failed", { route: "r", outcome: "failed" }, 1],
    ["leaves out a call that was refused", { route: "r", outcome: "forbidden" }, 0],
  ])("%s, and counts it", async (_, outcome, told) => {
    const { observe, lines, counted } = observed("failures");
    await observe(
      { method: "GET" },
      async () => undefined,
      () => outcome,
    );
    expect([lines.length, counted.length]).toEqual([told, 1]);
  });
});

describe("outside of a request", () => {
  it("work is done, and nothing is counted", async () => {
    expect(await timed("d1", async () => "done")).toBe("done");
    expect(serverTiming()).toBe("");
  });

  it("a call names no trace", async () => {
    const sent: unknown[] = [];
    const fetcher = async (input: RequestInfo | URL) => {
      sent.push(input);
      return new Response();
    };
    await tracedFetch(fetcher, newUuid)("http://localhost/");
    expect(sent).toEqual(["http://localhost/"]);
  });
});

it("what a request fetches names its trace, and keeps what it had", async () => {
  const { observe } = observed();
  const sent: Request[] = [];
  const fetcher = async (input: RequestInfo | URL, init?: RequestInit) => {
    sent.push(new Request(input, init));
    return new Response();
  };
  const work = () =>
    tracedFetch(fetcher, newUuid)("http://localhost/", { headers: { "add-padding": "true" } });
  await observe({ method: "POST", traceparent: TRACEPARENT }, work, () => OK);
  expect(sent[0]?.headers.get("traceparent")).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(sent[0]?.headers.get("add-padding")).toBe("true");
});

it("the time so far stands in Server-Timing as browsers read it", async () => {
  const { observe, pass } = observed();
  const work = async () => {
    await timed("object", async () => pass(9));
    return serverTiming();
  };
  expect(await observe({ method: "GET" }, work, () => OK)).toBe("total;dur=9, object;dur=9");
});
