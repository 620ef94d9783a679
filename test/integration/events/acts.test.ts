import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { EVENT_TYPES, type EventType } from "../../../src/domain/events/event.ts";
import { eachOf } from "../../../src/use-cases/each-of.ts";
import { ACTS, type Done, ORIGIN_OF_ACTS } from "../../support/acts.ts";
import { eventually, storedEvents } from "../../support/events.ts";

const done = new Map<EventType, Done>();

/** Each act is done once, some at a time. */
beforeAll(async () => {
  const perform = async (type: EventType) => void done.set(type, await ACTS[type]());
  const ofKeys = EVENT_TYPES.filter((type) => type.startsWith("key."));
  await eachOf(
    EVENT_TYPES.filter((type) => !ofKeys.includes(type)),
    perform,
  );
  // Each of these begins with a service that has no key, so no other may run beside it.
  for (const type of ofKeys) await perform(type);
}, 120_000);

/** What one request left. */
async function typesOf(requestId: string): Promise<string[]> {
  const { results } = await env.AUDIT_DB.prepare(
    "select type from events where request_id = ? order by type",
  )
    .bind(requestId)
    .all<{ type: string }>();
  return results.map(({ type }) => type);
}

it.each(EVENT_TYPES)(
  "%s: the act leaves one event, with who did it, from where, to whom",
  async (type) => {
    const act = done.get(type);
    if (act === undefined) throw new Error("the act was not done");
    const { subject, actor, reply, outcome = "success", data, beside = [] } = act;
    await eventually(async () => (await storedEvents({ subject, type })).length > 0);
    const found = await storedEvents({ subject, type });
    const requestId = reply?.headers.get("x-request-id") ?? null;
    if (requestId !== null) expect(await typesOf(requestId)).toEqual([type, ...beside].sort());
    const mine = found.filter(({ context }) => context.requestId === requestId);
    expect(mine).toHaveLength(1);
    const none = { ip: null, userAgent: null, requestId: null };
    const context = requestId === null ? none : { ...ORIGIN_OF_ACTS, requestId };
    expect(mine[0]).toMatchObject({ type, actor, context, outcome, reason: null });
    expect(mine[0]?.subject.id).toBe(subject);
    if (data !== undefined) expect(mine[0]?.data).toEqual(data);
  },
);

it("there is an act for every type of event, and for no other", () => {
  expect(Object.keys(ACTS).sort()).toEqual([...EVENT_TYPES]);
});
