import { type SQL, sql } from "drizzle-orm";
import { newEventId } from "../../../core/security/event-id.ts";
import type { Actor } from "../../../domain/access/actor.ts";
import { causeOf, eventOf, type Subject, type What } from "../../../domain/events/event.ts";
import { messageOf } from "../../../use-cases/events/message-of.ts";
import type { Clock } from "../../../use-cases/outside.ts";

/**
 * A statement that writes the event of an act in D1, for the batch of the act.
 *
 * @param isDone true, where the statement stands in its batch, only if the act is done
 */
export type Told = (actor: Actor, subject: Subject, what: What, isDone: SQL) => SQL;

/** @param onTold called with each: there will be something to send */
export const tellingOf =
  (clock: Clock, onTold: () => void): Told =>
  (actor, subject, what, isDone) => {
    onTold();
    const now = clock();
    const event = { ...eventOf(newEventId(), now, causeOf(actor), subject, what), seq: null };
    const message = messageOf(event, { kind: "record" });
    return sql`insert into outbox (id, message, due_at)
      select ${event.id}, ${JSON.stringify(message)}, ${now} where ${isDone}
      on conflict do nothing`;
  };

/** For whatever runs without a queue: the cron sends what it tells. */
export const tellLater: Told = tellingOf(
  () => Date.now(),
  () => undefined,
);
