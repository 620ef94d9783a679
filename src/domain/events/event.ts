import { type Actor, NO_REQUEST, type Origin } from "../access/actor.ts";
import type { Email } from "../accounts/email.ts";
import type { ServiceAccountId, UserId } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";

/** What can happen, as a dotted tree: `session` stands for all that begins with `session.`. */
export const EVENT_TYPES = [
  "factor.added",
  "factor.failed",
  "factor.locked",
  "factor.recovery_code_used",
  "factor.recovery_codes_renewed",
  "factor.removed",
  "factor.reset",
  "key.created",
  "key.removed",
  "key.revoked",
  "key.rewrapped",
  "key.scheduled",
  "key.withdrawn",
  "proof.failed",
  "proof.locked",
  "refresh.replayed_elsewhere",
  "refresh.reused",
  "role.created",
  "role.deleted",
  "role.updated",
  "service_account.created",
  "service_account.deleted",
  "service_account.role.assigned",
  "service_account.role.removed",
  "service_account.secret.created",
  "service_account.secret.ended",
  "service_account.updated",
  "session.opened",
  "session.revoked",
  "sign_in.failed",
  "sign_in.locked",
  "user.changed_by_hand",
  "user.created",
  "user.deleted",
  "user.disabled",
  "user.email.changed",
  "user.email.verified",
  "user.enabled",
  "user.exported",
  "user.imported",
  "user.invited",
  "user.password.changed",
  "user.password.reset",
  "user.registered",
  "user.renamed",
  "user.role.assigned",
  "user.role.removed",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** Who did it, from where. */
export type Cause = {
  readonly actor: Pick<Actor, "kind" | "id">;
  readonly context: Origin;
};

/** What things are done to. */
export const SUBJECT_KINDS = ["user", "service_account", "role", "key"] as const;

/** What it was done to. */
export type Subject =
  | { readonly kind: "user"; readonly id: UserId }
  | { readonly kind: "service_account"; readonly id: ServiceAccountId }
  | { readonly kind: "role" | "key"; readonly id: string };

/** What an event says beside its type: names, ids and counts; never a secret. */
type EventData = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What an event may have mailed. */
export const EVENT_MAILS = [
  "verify_email",
  "invitation",
  "email_changed",
  "password_changed",
  "factor_added",
  "factor_removed",
  "recovery_code_used",
] as const;

/** A message to the account that an event is about. */
export type EventMail = {
  readonly purpose: (typeof EVENT_MAILS)[number];
  /** Null for the address that the account has when it leaves. */
  readonly to: Email | null;
};

export const OUTCOMES = ["success", "failure"] as const;

type Outcome = (typeof OUTCOMES)[number];

export type What = {
  readonly type: EventType;
  readonly outcome?: Outcome;
  readonly reason?: string;
  readonly data?: EventData;
  readonly mail?: EventMail;
};

/** One act that matters to security, and all that is told of it. */
export type Event = Cause & {
  /** `evt_` and 16 random bytes as base64url: who stores it twice stores it once. */
  readonly id: string;
  readonly type: EventType;
  /** Unix milliseconds. */
  readonly occurredAt: number;
  /**
   * Its place among the acts that its user's object decided, from 1 without a gap. Null for what is
   * decided elsewhere.
   */
  readonly seq: number | null;
  readonly subject: Subject;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly data: EventData;
};

const EVENT_ID = /^evt_[A-Za-z0-9_-]{21}[AQgw]$/;

export function parseEventId(input: unknown): Result<string, "invalid_event_id"> {
  return typeof input === "string" && EVENT_ID.test(input) ? ok(input) : err("invalid_event_id");
}

/** An event as it is kept until it is stored, with the message that belongs to it. */
export type KeptEvent = Event & { readonly mail?: EventMail };

/** An event whose place is given by whoever keeps it. */
export type Unnumbered = Omit<KeptEvent, "seq">;

export const causeOf = ({ kind, id, from = NO_REQUEST }: Actor): Cause => ({
  actor: { kind, id },
  context: { ip: from.ip, userAgent: from.userAgent, requestId: from.requestId },
});

/** Whoever changes rows past the service. */
export const BY_HAND: Cause = {
  actor: { kind: "operator", id: "database" },
  context: NO_REQUEST,
};

/** Whose the context of an event is: whoever acted, or whom `anyone` was about. */
export const contextOwner = ({ actor, subject }: Pick<Event, "actor" | "subject">): string =>
  actor.kind === "anyone" ? subject.id : actor.id;

/** The user whose deletion it tells of, or null. */
export const deletedUser = ({ type, subject }: Pick<Event, "type" | "subject">): UserId | null =>
  type === "user.deleted" && subject.kind === "user" ? subject.id : null;

/**
 * @param id random
 * @param occurredAt Unix milliseconds
 */
export const eventOf = (
  id: string,
  occurredAt: number,
  { actor, context }: Cause,
  subject: Subject,
  { type, outcome = "success", reason, data = {}, mail }: What,
): Unnumbered => ({
  id,
  type,
  occurredAt,
  actor,
  subject,
  context,
  outcome,
  reason: reason ?? null,
  data,
  ...(mail === undefined ? {} : { mail }),
});
