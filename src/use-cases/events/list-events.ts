import type { Actor } from "../../domain/access/actor.ts";
import type { Event } from "../../domain/events/event.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { AuditTrail, EventQuery } from "./ports.ts";

/** @property last the last event of this page when another follows, or null */
export type EventPage = { readonly events: readonly Event[]; readonly last: Event | null };

export type ListEventsDeps = { readonly audit: Pick<AuditTrail, "list"> };

/** A page of what happened, newest first. */
export async function listEvents(
  deps: ListEventsDeps,
  _actor: Actor,
  query: EventQuery,
): Promise<Ok<EventPage>> {
  const { limit } = query;
  const found = await deps.audit.list({ ...query, limit: limit + 1 });
  const events = found.slice(0, limit);
  return ok({ events, last: found.length > limit ? (events.at(-1) ?? null) : null });
}
