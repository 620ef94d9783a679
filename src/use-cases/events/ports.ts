import type { Actor } from "../../domain/access/actor.ts";
import type { Event, EventMail, KeptEvent, Unnumbered } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";

/** What an operator should hear of, and who did it or caused it. */
export type Notice = Happening & {
  /** The log shows its kind and id, nothing else. */
  readonly actor: Pick<Actor, "kind" | "id">;
};

/** Carries ids only, never what identifies a person. */
export type Happening =
  | {
      readonly event:
        | "signing_key_created"
        | "signing_key_scheduled"
        | "signing_key_revoked"
        | "signing_key_withdrawn"
        | "signing_key_removed"
        | "signing_key_rewrapped"
        | "signing_key_unreadable"
        | "signing_key_overdue";
      readonly kid: string;
    }
  | {
      readonly event:
        | "signing_keys_stale"
        | "jwks_not_published"
        | "jwks_not_read"
        | "login_throttle_not_cleared"
        | "events_not_confirmed";
    }
  /** More mail than one account gets was asked for. */
  | { readonly event: "mail_withheld"; readonly userId: UserId }
  | { readonly event: "password_hash_refused"; readonly userId: UserId }
  /** @property marks rows of own_changes that stood outside of any change of the service's own */
  | { readonly event: "own_changes_left_behind"; readonly marks: number }
  /**
   * A row that a list left out.
   *
   * @property row its id, or its `rowid 7` where the column holds anything else, perhaps an address
   * @property column the first that cannot be read
   */
  | {
      readonly event: "row_unreadable";
      readonly table: "users" | "service_accounts" | "signing_keys";
      readonly row: string;
      readonly column: string;
    };

export type Notify = (notice: Notice) => void;

/** The events of one object that nobody has confirmed yet. Calls are synchronous. */
export interface ObjectOutbox {
  /** Adds an event to the step under way; it is sent once that is durable. */
  add(event: Unnumbered): void;
  /** Forgets those that were stored. */
  confirm(places: readonly number[]): void;
  /** When those that are left are to be sent again (Unix milliseconds), or null without any. */
  dueAt(): number | null;
  /** Sends those that are left once more; what fails is left to the next time. */
  sendAgain(): void;
  /** True until the first was added. */
  isUnused(): boolean;
}

/** Who keeps an event until it is stored: it is sent again until they hear that it was. */
export type Keeper =
  | { readonly kind: "user"; readonly id: UserId; readonly place: number }
  /** @property id of the object */
  | { readonly kind: "login_name"; readonly id: string; readonly place: number }
  | { readonly kind: "record" };

/** @property mail leaves once the event is stored, and is not stored itself */
export type EventMessage = {
  readonly event: Event;
  readonly keeper: Keeper;
  readonly mail?: EventMail;
};

/** On its way to the audit trail: at least once, in any order. */
export interface EventQueue {
  send(messages: readonly EventMessage[]): Promise<void>;
}

/** The events of acts in D1 alone, each written in the batch of its act. */
export interface RecordOutbox {
  /** Those that are due, the oldest first. */
  due(now: number, limit: number): Promise<KeptEvent[]>;
  /** Notes that they were sent: they are due again at the time given. */
  postpone(ids: readonly string[], now: number): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

export type EventQuery = {
  /** The id of whatever it was done to. */
  readonly subject: string | null;
  /** The id of whoever did it. */
  readonly actor: string | null;
  /** A type, or a branch of the tree: `session` stands for all that begins with `session.`. */
  readonly type: string | null;
  /** Unix milliseconds, as the next, which is no longer within. */
  readonly since: number | null;
  readonly until: number | null;
  /** The last event of the page before. */
  readonly after: Pick<Event, "occurredAt" | "id"> | null;
  readonly limit: number;
};

export interface AuditTrail {
  /** All of them or none; one that is there already stays as it is. */
  store(events: readonly Event[]): Promise<void>;
  /** At most `limit`, the newest first. */
  list(query: EventQuery): Promise<Event[]>;
  /** @returns how many of those older than `before` were removed: `limit` if more are left */
  removeBefore(before: number, limit: number): Promise<number>;
}

/** Messages that no try could deliver. */
export interface DeadLetters {
  /** @param id one that is there already stays as it is */
  keep(id: string, message: unknown, now: number): Promise<void>;
}
