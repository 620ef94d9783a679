import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FEED_CRON } from "../../../src/core/config/constants.ts";
import worker from "../../../src/index.ts";
import { capturedLog } from "../../support/canaries.ts";
import { call, freshEmail, newAdmin, PASSWORD, register, signIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { emptyFeed, notedIds } from "../../support/feed.ts";
import { mailTo } from "../../support/inbox.ts";
import { DAY } from "../../support/samples.ts";
import { unguarded } from "../../support/unguarded.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await emptyFeed();
});
afterEach(() => {
  vi.useRealTimers();
});

const cron = (vars: object = {}) =>
  worker.scheduled(createScheduledController({ cron: FEED_CRON }), { ...env, ...vars });

const isThere = async (email: string): Promise<boolean> =>
  (await env.DB.prepare("select 1 from users where email = ?").bind(email).first()) !== null;

/** An account that an administrator made, without a password. */
async function invited(): Promise<{ id: string; email: string }> {
  const { accessToken: token } = await newAdmin();
  const email = freshEmail("invited");
  const made = await call("POST", "/v1/users", { token, body: { email } });
  return { id: made.body.user.id, email };
}

it("an invitation that nobody took goes after seven days, and the record says why", async () => {
  const { id, email } = await invited();
  vi.setSystemTime(Date.now() + 7 * DAY - 60_000);
  await cron();
  expect(await isThere(email)).toBe(true);
  vi.setSystemTime(Date.now() + 60_000);
  await cron();
  await cron();
  expect(await isThere(email)).toBe(false);
  const gone = (await storedEvents({ subject: id, type: "user.deleted" })).map(
    ({ reason, actor }) => [reason, actor.kind],
  );
  expect(gone).toEqual([["never_verified", "system"]]);
  // It is a change of the service's own, which no feed is told of.
  expect(await notedIds()).toEqual([]);
  await register(email);
});

it("a row that cannot be read holds up no other, and is named in the log", async () => {
  const [spoilt, { email }] = [await invited(), await invited()];
  await unguarded(() =>
    env.DB.prepare("update users set version = 1.5 where id = ?").bind(spoilt.id).run(),
  );
  vi.setSystemTime(Date.now() + 7 * DAY);
  const log = capturedLog();
  await cron();
  log.stop();
  expect([await isThere(spoilt.email), await isThere(email)]).toEqual([true, false]);
  const told = log.lines.filter((line) => line.includes("row_unreadable"));
  expect(told.map((line) => JSON.parse(line))).toMatchObject([
    { level: "error", table: "users", row: spoilt.id, column: "version" },
  ]);
});

it("one that was taken stays, and so does whoever registered where nobody need verify", async () => {
  const { email } = await invited();
  const { token } = await mailTo(email);
  await call("POST", "/v1/auth/password/reset", { body: { token, password: PASSWORD } });
  const registered = freshEmail();
  await register(registered);
  vi.setSystemTime(Date.now() + 8 * DAY);
  for (const REQUIRE_VERIFIED_EMAIL of ["false", "true"]) await cron({ REQUIRE_VERIFIED_EMAIL });
  expect(await Promise.all([email, registered].map(isThere))).toEqual([true, true]);
  await signIn(email);
});
