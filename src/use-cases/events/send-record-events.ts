import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { EventQueue, RecordOutbox, Waiting } from "./ports.ts";

/** Events sent in one go, and at most so often in a run. */
const BATCH = 100;
const MAX_BATCHES = 50;

export type SendDeps = {
  readonly recordOutbox: RecordOutbox;
  readonly eventQueue: EventQueue;
  readonly clock: Clock;
};

/**
 * Sends the events of acts in D1 alone, which stay there until they are stored and are sent again
 * after a while until then, and what an operator has sent again, which is gone once the queue has
 * it.
 *
 * @throws Unavailable when D1 or the queue does not answer
 */
export async function sendRecordEvents(deps: SendDeps, _actor: Actor): Promise<Ok<null>> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const waiting = await deps.recordOutbox.due(deps.clock(), BATCH);
    if (waiting.length === 0) break;
    await deps.eventQueue.send(waiting.map(({ message }) => message));
    const [kept, others] = [idsOf(waiting, true), idsOf(waiting, false)];
    if (kept.length > 0) await deps.recordOutbox.postpone(kept, deps.clock());
    if (others.length > 0) await deps.recordOutbox.remove(others);
  }
  return ok(null);
}

const idsOf = (waiting: readonly Waiting[], kept: boolean): string[] =>
  waiting.filter(({ isKept }) => isKept === kept).map(({ id }) => id);
