import type { Actor } from "../../domain/access/actor.ts";
import type { Event, EventMail, Unnumbered } from "../../domain/events/event.ts";
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
      readonly table: "users" | "service_accounts" | "signing_keys" | "events";
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
  /** Those that are left, the oldest first: at most as many as are sent in one go. */
  left(): readonly Event[];
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

/** @property mail leaves whether or not the event is stored yet, and is not stored itself */
export type EventMessage = {
  readonly event: Event;
  readonly keeper: Keeper;
  readonly mail?: EventMail;
};

/** On its way to the audit trail: at least once, in any order. */
export interface EventQueue {
  send(messages: readonly EventMessage[]): Promise<void>;
}

/**
 * A message that waits in D1 to be sent.
 *
 * @property message whole, as the queue takes it; the consumer judges those that an operator has
 *   sent again
 * @property isKept true while it stays there until it is stored; another has a keeper of its own,
 *   or is a dead letter again if it comes to nothing
 */
export type Waiting = {
  readonly id: string;
  readonly message: EventMessage;
  readonly isKept: boolean;
};

/**
 * The events of acts in D1 alone, each written in the batch of its act, and what an operator has
 * sent again.
 */
export interface RecordOutbox {
  /**
   * Gives some that are due to whoever sends them, and to nobody else: in the same step they become
   * due again later (`nextDue`). What is due later than that ever is, by a clock that was ahead, is
   * due.
   *
   * @param from which of those that are due, where they are more than `limit`
   */
  claim(now: number, limit: number, from: "newest" | "oldest"): Promise<Waiting[]>;
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
  /**
   * All of them or none; one that is there already stays as it is. Whose deletion is among them is
   * noted as erased; of whoever is erased no context is stored, however late the event comes.
   */
  store(events: readonly Event[]): Promise<void>;
  /** At most `limit`, the newest first. */
  list(query: EventQuery): Promise<Event[]>;
  /** What somebody did and what was done to them, the same way. */
  listAbout(id: UserId, after: EventQuery["after"], limit: number): Promise<Event[]>;
  /** @returns how many of those older than `before` were removed: `limit` if more are left */
  removeBefore(before: number, limit: number): Promise<number>;
}

/** Those who were deleted, and what the audit trail still says of where they were. */
export interface Erasures {
  /**
   * Takes the context out of at most `limit` events of theirs. Of whom nothing is left is done.
   *
   * @returns how many it was
   */
  erase(ids: readonly UserId[], limit: number): Promise<number>;
  /** Those who are not done, the longest deleted first. */
  unfinished(limit: number): Promise<UserId[]>;
  /** Forgets at most `limit` who are done, and were deleted before a time (Unix milliseconds). */
  forget(before: number, limit: number): Promise<void>;
}

/** Messages that no try could deliver. */
export interface DeadLetters {
  /**
   * Of a user who is gone by now it keeps no more than `erase` leaves.
   *
   * @param id one that is there already stays as it is
   * @param reason a code, and perhaps the name of a field; nothing that was sent
   */
  keep(id: string, message: unknown, reason: string, now: number): Promise<void>;
  /** Forgets what another copy of the message brought to its end. */
  remove(ids: readonly string[]): Promise<void>;
  /**
   * Forgets at most `limit` requests for mail that died before a time (Unix milliseconds): what was
   * asked for then is of no use, and names who asked.
   */
  forgetRequests(before: number, limit: number): Promise<void>;
  /** Takes the mail, and whom it is to, out of at most `limit` that died before a time. */
  dropMail(before: number, limit: number): Promise<void>;
  /** Forgets at most `limit` that died before a time. */
  removeBefore(before: number, limit: number): Promise<void>;
  /**
   * Takes out of at most `limit` messages the context of these users, and out of those about them
   * all that stands beside the event.
   *
   * @returns how many it was
   */
  erase(ids: readonly UserId[], limit: number): Promise<number>;
}
