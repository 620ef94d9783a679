import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../src/bindings.ts";
import { FEED_CRON } from "../../src/core/config/constants.ts";
import worker from "../../src/index.ts";

/** The cron that works off the change feed, over bindings of which some may be replaced. */
export async function runFeed(overrides: Record<string, unknown> = {}): Promise<void> {
  const replaced: Env = { ...env, ...overrides };
  await worker.scheduled(createScheduledController({ cron: FEED_CRON }), replaced);
}

/** Whose accounts are noted, an entry each. */
export async function notedIds(): Promise<string[]> {
  const query = "select user_id as id from change_feed order by seq";
  const { results } = await env.DB.prepare(query).all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Which service accounts and which roles of theirs are noted, an entry each. */
export async function notedPrograms(): Promise<string[]> {
  const query = "select coalesce(service_account_id, role) as id from service_account_feed";
  const { results } = await env.DB.prepare(query).all<{ id: string }>();
  return results.map(({ id }) => id);
}

export const emptyFeed = () => env.DB.prepare("delete from change_feed").run();

/** A statement as `wrangler d1 execute` would run it. */
export const byHand = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();
