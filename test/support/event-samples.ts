import type { Event } from "../../src/domain/events/event.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { someEventId } from "./samples.ts";

export const CONTEXT = { ip: "192.0.2.77", userAgent: "a canary browser", requestId: "request-77" };

/** Somebody's own act, or one that is given. */
export const someAct = (id: UserId, given: Partial<Event> = {}): Event => ({
  id: someEventId(),
  type: "session.opened",
  occurredAt: Date.now(),
  seq: null,
  actor: { kind: "user", id },
  subject: { kind: "user", id },
  context: CONTEXT,
  outcome: "success",
  reason: null,
  data: {},
  ...given,
});

export const someDeletion = (id: UserId, occurredAt = Date.now()): Event =>
  someAct(id, { type: "user.deleted", occurredAt });
