import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { eachOf } from "../each-of.ts";
import { atOnceOrAlone } from "./at-once-or-alone.ts";
import { type ConfirmEventsDeps, confirmEvents } from "./confirm-events.ts";
import type { EventMessage } from "./ports.ts";
import { type StoreEventsDeps, storeEvents } from "./store-events.ts";

export type DeliverEventsDeps = StoreEventsDeps &
  ConfirmEventsDeps & {
    /** Sends what belongs to an event, if anything does, once however often it is asked. */
    readonly sendEventMail: (message: EventMessage) => Promise<unknown>;
  };

/**
 * Stores events and sends the mail that belongs to them, and tells their keepers of those for which
 * both is done. Neither waits for the other: an act is done when its event is told, and a link is
 * good, whether or not the audit trail answers. What comes again is neither stored nor sent twice.
 *
 * @returns the messages that must come again, each with what went wrong
 */
export async function deliverEvents(
  deps: DeliverEventsDeps,
  actor: Actor,
  messages: readonly EventMessage[],
): Promise<Ok<ReadonlyMap<EventMessage, unknown>>> {
  const [unstored, unsent] = await Promise.all([
    atOnceOrAlone(messages, (some) => storeEvents(deps, actor, some)),
    sendMails(deps, messages),
  ]);
  const failed = new Map([...unsent, ...unstored]);
  const done = messages.filter((message) => !failed.has(message));
  await confirmEvents(deps, actor, done);
  return ok(failed);
}

async function sendMails(
  { sendEventMail }: DeliverEventsDeps,
  messages: readonly EventMessage[],
): Promise<ReadonlyMap<EventMessage, unknown>> {
  const unsent = new Map<EventMessage, unknown>();
  await eachOf(messages, async (message) => {
    try {
      await sendEventMail(message);
    } catch (error) {
      unsent.set(message, error);
    }
  });
  return unsent;
}
