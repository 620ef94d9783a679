import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import { messageOf } from "./message-of.ts";
import type { EventQueue, RecordOutbox } from "./ports.ts";

/** Events sent in one go, and at most so often in a run. */
const BATCH = 100;
const MAX_BATCHES = 50;

export type SendDeps = {
  readonly recordOutbox: RecordOutbox;
  readonly eventQueue: EventQueue;
  readonly clock: Clock;
};

/**
 * Sends the events of acts in D1 alone. They stay there until they are stored, and are sent again
 * after a while until then.
 *
 * @throws Unavailable when D1 or the queue does not answer
 */
export async function sendRecordEvents(deps: SendDeps, _actor: Actor): Promise<Ok<null>> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const events = await deps.recordOutbox.due(deps.clock(), BATCH);
    if (events.length === 0) break;
    await deps.eventQueue.send(events.map((event) => messageOf(event, { kind: "record" })));
    const ids = events.map(({ id }) => id);
    await deps.recordOutbox.postpone(ids, deps.clock());
  }
  return ok(null);
}
