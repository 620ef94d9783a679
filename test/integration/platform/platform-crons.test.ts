import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FEED_CRON, KEYS_CRON } from "../../../src/core/config/constants.ts";
import worker from "../../../src/index.ts";
import { capturedLog } from "../../support/canaries.ts";
import { insertUser } from "../../support/client.ts";
import { emptyFeed, notedIds, runFeed } from "../../support/feed.ts";
import { interposed } from "../../support/objects.ts";
import { keyRows, withoutKeys } from "../../support/signing-keys.ts";
import { withoutTable } from "../../support/storage.ts";

let log: ReturnType<typeof capturedLog>;
/** Whose row other hands changed. */
let id: string;

beforeEach(async () => {
  await withoutKeys();
  await emptyFeed();
  ({ id } = await insertUser(["user"]));
  await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(id).run();
  log = capturedLog();
});

afterEach(() => log.stop());

const run = (cron: string) => worker.scheduled(createScheduledController({ cron }), { ...env });

/** What is left to do: entries of the feed, and whether a key is to be made. */
const left = async () => [(await notedIds()).length, (await keyRows()).length === 0];

const logged = (event: string) =>
  log.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);

it("each cron does what it is for, and nothing else", async () => {
  await run(FEED_CRON);
  expect(await left()).toEqual([0, true]);
  await env.DB.prepare("insert into change_feed (user_id) values ('nobody')").run();
  await run(KEYS_CRON);
  expect(await left()).toEqual([1, false]);
});

it("a cron that the service does not know does everything", async () => {
  await run("*/5 * * * *");
  expect(await left()).toEqual([0, false]);
});

it("a job that fails does not keep another from its work, and is in the log", async () => {
  await withoutTable("change_feed", async () => {
    await expect(run("*/5 * * * *")).rejects.toThrow("d1 is unavailable");
  });
  expect(await left()).toEqual([1, false]);
  expect(logged("cron_failed")).toHaveLength(1);
});

it("a run of the feed is in the log when it did something, and else not", async () => {
  await run(FEED_CRON);
  await run(FEED_CRON);
  const did = { level: "info", caughtUp: 1, failed: 0, isMore: false };
  expect(logged("accounts_caught_up")).toMatchObject([did]);
});

it("an account that cannot be told is in the log, and so is a run that could tell nobody", async () => {
  const away = interposed(env.USERS, async () => {
    throw new Error("Network connection lost.");
  });
  await runFeed({ USERS: away });
  expect(await left()).toEqual([1, true]);
  expect(logged("account_not_caught_up")).toMatchObject([{ level: "error", userId: id }]);
  expect(logged("accounts_caught_up")).toMatchObject([{ caughtUp: 0, failed: 1, isMore: false }]);
});
