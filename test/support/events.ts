import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Event } from "../../src/domain/events/event.ts";
import { d1AuditTrail } from "../../src/persistence/d1/audit/audit-trail.ts";
import { database } from "../../src/persistence/d1/database.ts";
import type { EventQuery } from "../../src/use-cases/events/ports.ts";
import { EVERYTHING } from "./event-samples.ts";
import { userObject } from "./storage.ts";
import { unheard } from "./unheard.ts";

const TRIES = 300;
const INTERVAL = 50;

/** Waits for a condition; unlike vitest's own it moves no clock that a test has stopped. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await condition()) return;
    await scheduler.wait(INTERVAL);
  }
  throw new Error("it did not come to pass");
}

export const auditTrail = () => d1AuditTrail(database(env.AUDIT_DB), Date.now, unheard);

/** What a user's object still keeps to be stored. */
export const keptBy = (userId: string): Promise<unknown[]> =>
  runInDurableObject(userObject(userId), (_, { storage }) =>
    [...storage.kv.list({ prefix: "event/" })].flatMap(([, event]) => event ?? []),
  );

/** What the audit trail says, the oldest first, once everything that was told is stored. */
export async function storedEvents(query: Partial<EventQuery>): Promise<Event[]> {
  await eventually(async () => {
    const { results } = await env.DB.prepare("select id from outbox").run();
    const kept = query.subject?.startsWith("usr_") ? await keptBy(query.subject) : [];
    return results.length + kept.length === 0;
  });
  return (await auditTrail().list({ ...EVERYTHING, ...query })).reverse();
}
