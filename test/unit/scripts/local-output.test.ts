import { describe, expect, it } from "vitest";
import { firstSteps, LocalOutput } from "../../../scripts/local-output.ts";
import { LINE } from "../../support/request-line.ts";

const NOON = new Date(2026, 0, 1, 12, 1, 2);

/** What is shown of lines that come one after the other. */
function shownOf(...lines: string[]): string[] {
  const output = new LocalOutput(
    (base) => `Begin at ${base}.`,
    () => NOON,
  );
  return lines.flatMap((line) => output.shown(line) ?? []);
}

const request = (fields: object) => JSON.stringify({ level: "info", ...LINE, ...fields });

describe("a request", () => {
  it("is a short line, with what it waited for", () => {
    expect(shownOf(request({ hash: 280, d1: 12, object: 9 }))).toEqual([
      "12:01:02 POST /v1/auth/login 200 312 ms  hash 280 · d1 12 · object 9",
    ]);
    expect(shownOf(request({ status: 401, outcome: "invalid_credentials" }))).toEqual([
      "12:01:02 POST /v1/auth/login 401 invalid_credentials 312 ms",
    ]);
  });

  it("is shown once, and wrangler's line where the service says nothing", () => {
    const own = "[wrangler:info] POST /v1/auth/login 200 OK (320ms)";
    expect(shownOf(request({}), own, own)).toHaveLength(2);
    expect(shownOf("[wrangler:info] GET /docs 200 OK (3ms)")).toHaveLength(1);
    const batch = request({ method: "QUEUE", route: "auth-service-events", status: undefined });
    expect(shownOf(batch, "[wrangler:info] QUEUE auth-service-events 2/2 (99ms)")).toHaveLength(1);
  });

  it("of a cron is shown where that failed", () => {
    const cron = { method: "CRON", route: "* * * * *", status: undefined };
    expect(shownOf(request(cron))).toEqual([]);
    expect(shownOf(request({ ...cron, outcome: "failed" }))).toEqual([
      "12:01:02 CRON * * * * * failed 312 ms",
    ]);
  });

  it("is found in colours, too", () => {
    expect(shownOf(`\u001b[32m${request({})}\u001b[0m`)).toEqual([
      "12:01:02 POST /v1/auth/login 200 312 ms",
    ]);
  });
});

describe("what is left out", () => {
  it("is the table of bindings, and nothing behind it", () => {
    const lines = [
      "Your Worker has access to the following bindings:",
      "Binding                Resource        Mode",
      "env.DB (auth-service)  D1 Database     local",
      "env.is not one of them any more",
    ];
    expect(shownOf(...lines, "", "env.DB is undefined")).toEqual(["", "env.DB is undefined"]);
  });

  it("is that nobody runs the crons", () => {
    expect(
      shownOf(
        "\u001b[33m▲ [WARNING] Scheduled Workers are not automatically triggered during local development.\u001b[0m",
        "",
        "  To manually trigger a scheduled event, run:",
        '    curl "http://localhost:8787/cdn-cgi/local/scheduled"',
        "  For more details, see https://developers.cloudflare.com/workers/configuration/cron-triggers/#test-cron-triggers-locally",
      ),
    ).toEqual([""]);
  });

  it("is a second blank line", () => expect(shownOf("a", "", "", "b")).toEqual(["a", "", "b"]));
});

it.each([
  '{"level":"error","event":"dependency_failed","dependency":"d1"}',
  '{"level":"info","event":"accounts_caught_up","caughtUp":1}',
  '{"event":"request"}',
  '{"event":"request",',
  "▲ [WARNING] Something else.",
  "✘ [ERROR] No such file.",
  "    at somewhere (index.js:1:2)",
  "Binding is a word",
])("%j is shown as it is", (line) => expect(shownOf(line)).toEqual([line]));

it("the first steps stand where the service says where it is, once", () => {
  const ready = "[wrangler:info] Ready on http://localhost:8787";
  expect(shownOf(ready, ready)).toEqual([`${ready}\nBegin at http://localhost:8787.`, ready]);
});

it("the first steps name the place that the service listens at", () => {
  expect(firstSteps("http://localhost:8899").match(/http:\/\/localhost:8899\//g)).toHaveLength(2);
});
