import type { EventMessage, EventQueue } from "../../use-cases/events/ports.ts";
import { outageOf } from "../outage.ts";

/** Messages in one call (Cloudflare Queues, "Limits"); an event is far below their size. */
const MAX_MESSAGES = 100;

/** As JSON, which an operator can read in a queue. */
export const eventQueue = (queue: Queue<EventMessage>): EventQueue => ({
  async send(messages) {
    try {
      for (let at = 0; at < messages.length; at += MAX_MESSAGES) {
        const batch = messages.slice(at, at + MAX_MESSAGES);
        await queue.sendBatch(batch.map((body) => ({ body, contentType: "json" })));
      }
    } catch (cause) {
      throw outageOf("events", cause);
    }
  },
});
