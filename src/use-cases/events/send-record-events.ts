import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import { atOnceOrAlone } from "./at-once-or-alone.ts";
import type { EventQueue, RecordOutbox } from "./ports.ts";

/** Events sent in one go, and at most so often in a run. */
const BATCH = 100;
const MAX_BATCHES = 10;

export type SendDeps = {
  readonly recordOutbox: RecordOutbox;
  readonly eventQueue: EventQueue;
  readonly clock: Clock;
};

/**
 * Sends the events of acts in D1 alone, which stay there until they are stored and are sent again
 * after a while until then, and what an operator has sent again, which is gone once the queue has
 * it. The newest come first, so that what somebody waits for is not behind an import, and then the
 * oldest.
 *
 * @throws Unavailable when D1 or the queue does not answer, or a message does not go: the others
 *   went
 */
export async function sendRecordEvents(deps: SendDeps, _actor: Actor): Promise<Ok<null>> {
  const { recordOutbox, eventQueue, clock } = deps;
  const errors: unknown[] = [];
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const from = batch === 0 ? "newest" : "oldest";
    const waiting = await recordOutbox.claim(clock(), BATCH, from);
    const failed = await atOnceOrAlone(waiting, (some) =>
      eventQueue.send(some.map(({ message }) => message)),
    );
    const gone = waiting.filter((one) => !one.isKept && !failed.has(one));
    if (gone.length > 0) await recordOutbox.remove(gone.map(({ id }) => id));
    errors.push(...failed.values());
    // To send each alone is dear: the rest has the next run, where those that failed are not due.
    if (waiting.length === 0 || failed.size > 0) break;
  }
  if (errors.length > 0) throw errors[0];
  return ok(null);
}
