import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FEED_CRON, KEYS_CRON } from "../../../src/core/config/constants.ts";
import worker from "../../../src/index.ts";
import { capturedLog } from "../../support/canaries.ts";
import { insertUser } from "../../support/client.ts";
import { emptyFeed, notedIds } from "../../support/feed.ts";
import { keyRows, withoutKeys } from "../../support/signing-keys.ts";
import { withoutTable } from "../../support/storage.ts";

let log: ReturnType<typeof capturedLog>;

beforeEach(async () => {
  await withoutKeys();
  await emptyFeed();
  const { id } = await insertUser(["user"]);
  await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(id).run();
  log = capturedLog();
});

afterEach(() => log.stop());

const run = (cron: string) => worker.scheduled(createScheduledController({ cron }), { ...env });

/** What is left to do: entries of the feed, and whether a key is to be made. */
const left = async () => [(await notedIds()).length, (await keyRows()).length === 0];

const logged = (event: string) => log.lines.filter((line) => line.includes(`"event":"${event}"`));

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
  const lines = logged("accounts_caught_up").map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ level: "info", caughtUp: 1, failed: 0, isMore: false }]);
});
