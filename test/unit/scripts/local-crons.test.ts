import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runCrons } from "../../../scripts/local-crons.ts";
import { FEED_CRON, KEYS_CRON } from "../../../src/core/config/constants.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let asked: URL[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) + 1 });
  asked = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(new URL(url));
    throw new Error("nobody listens yet");
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ranUntilNow = (cron: string) =>
  asked.filter(({ searchParams }) => searchParams.get("cron") === cron).length;

it("the crons run on the minute, and not before, though nobody listens yet", async () => {
  runCrons([]);
  await vi.advanceTimersByTimeAsync(MINUTE - 2);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(ranUntilNow(FEED_CRON)).toBe(1);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(ranUntilNow(FEED_CRON)).toBe(2);
});

it("one that is due once an hour runs once an hour", async () => {
  runCrons([]);
  await vi.advanceTimersByTimeAsync(HOUR - 1);
  expect([ranUntilNow(FEED_CRON), ranUntilNow(KEYS_CRON)]).toEqual([60, 1]);
});

it.each([
  [[], "localhost:8787"],
  [["--port", "9000"], "localhost:9000"],
  [["--ip=127.0.0.1", "--port=9000", "--env", "test"], "127.0.0.1:9000"],
])("they are asked for where wrangler listens: %j", async (args, host) => {
  runCrons(args);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(new Set(asked.map((url) => url.host + url.pathname))).toEqual(
    new Set([`${host}/cdn-cgi/handler/scheduled`]),
  );
});
