import { NO_REQUEST, type Person } from "../../domain/access/actor.ts";
import { contextOwner, type Event } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type EventPage, type ListEventsDeps, listEvents } from "./list-events.ts";
import type { EventQuery } from "./ports.ts";

/** A page of what happened to one's own account, newest first. */
export async function listOwnEvents(
  deps: ListEventsDeps,
  actor: Person,
  query: Omit<EventQuery, "subject" | "actor">,
): Promise<Ok<EventPage>> {
  const page = await listEvents(deps, actor, { ...query, subject: actor.userId, actor: null });
  const events = page.value.events.map((event) => shownTo(actor.userId, event));
  return ok({ ...page.value, events });
}

/** Where an administrator sat is not the account's business. */
export const shownTo = (id: UserId, event: Event): Event =>
  contextOwner(event) === id ? event : { ...event, context: NO_REQUEST };
