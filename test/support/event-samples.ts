import type { Event } from "../../src/domain/events/event.ts";
import type { EventMessage, EventQuery, Keeper } from "../../src/use-cases/events/ports.ts";
import { CAUSE, someEventId, someUserId } from "./samples.ts";

/** Of somebody's own user, unless told. */
export const someEvent = (given: Partial<Event> = {}): Event => ({
  ...CAUSE,
  id: someEventId(),
  type: "session.opened",
  occurredAt: Date.UTC(2026, 0, 1),
  seq: null,
  subject: { kind: "user", id: someUserId() },
  outcome: "success",
  reason: null,
  data: {},
  ...given,
});

export const someMessage = (
  given: Partial<Event> = {},
  keeper: Keeper = { kind: "record" },
): EventMessage => ({ event: someEvent(given), keeper });

/** A page of everything. */
export const EVERYTHING: EventQuery = {
  subject: null,
  actor: null,
  type: null,
  since: null,
  until: null,
  after: null,
  limit: 1_000,
};
