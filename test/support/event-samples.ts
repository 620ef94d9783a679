import type { Event } from "../../src/domain/events/event.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { EventMessage, EventQuery, Keeper } from "../../src/use-cases/events/ports.ts";
import { CAUSE, someEventId, someUserId } from "./samples.ts";

export const CONTEXT = { ip: "192.0.2.77", userAgent: "a canary browser", requestId: "request-77" };

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

/** Somebody's own act, or one that is given. */
export const someAct = (id: UserId, given: Partial<Event> = {}): Event =>
  someEvent({
    occurredAt: Date.now(),
    actor: { kind: "user", id },
    subject: { kind: "user", id },
    context: CONTEXT,
    ...given,
  });

export const someDeletion = (id: UserId, occurredAt = Date.now()): Event =>
  someAct(id, { type: "user.deleted", occurredAt });

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
