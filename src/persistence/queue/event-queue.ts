import { utf8 } from "../../core/security/encoding.ts";
import type { EventMessage, EventQueue } from "../../use-cases/events/ports.ts";
import { outageOf } from "../outage.ts";

/** Messages in one call, and the bytes of all of them (Cloudflare Queues, "Limits": 256 KB). */
const MAX_MESSAGES = 100;
const MAX_BYTES = 200_000;

/** As JSON, which an operator can read in a queue. */
export const eventQueue = (queue: Pick<Queue<EventMessage>, "sendBatch">): EventQueue => ({
  async send(messages) {
    try {
      for (const batch of batchesOf(messages)) {
        await queue.sendBatch(batch.map((body) => ({ body, contentType: "json" })));
      }
    } catch (cause) {
      throw outageOf("events", cause);
    }
  },
});

/** An event is far below what one message may have, but a hundred of them may not be. */
function batchesOf(messages: readonly EventMessage[]): EventMessage[][] {
  const batches: EventMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = utf8(JSON.stringify(message)).length;
    const last = batches.at(-1);
    bytes += size;
    if (last !== undefined && last.length < MAX_MESSAGES && bytes <= MAX_BYTES) last.push(message);
    else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}
