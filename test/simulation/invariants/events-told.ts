import type { Event, EventType } from "../../../src/domain/events/event.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import type { Seen } from "../ledger.ts";
import { originOf } from "../network.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

const OUTBOX = "event/";

/**
 * When all is calm, everything that was told is stored, in order and without a gap, and every act
 * that was acknowledged is among it once, with who asked; an act that was refused is not.
 */
export const eventsTold: Invariant = {
  name: "every act has one event, in order",
  watch: (world) => ({
    calm: () => left(world) ?? numbered(world) ?? acts(world),
  }),
};

/** Nothing waits any more. */
function left({ objects, loginNames, ports, queue, deadQueue }: World): string | null {
  for (const object of [...objects.values(), ...loginNames.values()]) {
    const waits = object.kv.list({ prefix: OUTBOX }).some(([, event]) => event !== null);
    if (waits) return "an event is never confirmed to the object that keeps it";
  }
  if (ports.recordOutbox.ids().length > 0) return "an event is never confirmed to the record";
  const onTheWay = queue.size() + deadQueue.size();
  return onTheWay > 0 ? `${onTheWay} messages are never dealt with` : null;
}

/** What a user's object decided has its place, from 1 without a gap. */
function numbered({ objects, ports, scheduler, config }: World): string | null {
  const bySubject = Map.groupBy(ports.audit.stored(), ({ subject }) => subject.id);
  for (const [id, { kv }] of objects) {
    const places = (bySubject.get(id) ?? []).flatMap(({ seq }) => seq ?? []).sort((a, b) => a - b);
    const [lastKey] = kv.list({ prefix: OUTBOX, reverse: true, limit: 1 }).map(([key]) => key);
    const last = Number(lastKey?.slice(OUTBOX.length) ?? places.at(-1) ?? 0);
    const first = isPurged(scheduler.now, config.auditRetention) ? (places[0] ?? last + 1) : 1;
    const expected = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    if (places.join() !== expected.join())
      return `${id} has the events ${places}, and told ${last}`;
  }
  return null;
}

const BEGINNING = Date.UTC(2026, 0, 1);

const isPurged = (now: number, retention: number): boolean => now - retention > BEGINNING;

function acts({ ledger, older, ports, scheduler, config }: World): string | null {
  const before = scheduler.now - config.auditRetention;
  const stored = ports.audit.stored();
  const requests = new Map(ledger.all.map((seen) => [originOf(seen).requestId, seen]));
  /** Whether an event is of a request that began before this one was answered, or of none. */
  const begunBy =
    ({ answered }: Seen) =>
    ({ context }: Event): boolean =>
      (requests.get(context.requestId)?.begun ?? 0) < (answered ?? 0);
  const byRequest = Map.groupBy(stored, ({ context }) => context.requestId);
  const gone = new Set<UserId>();
  for (const { asked, answer } of ledger.all) {
    if (asked.what === "delete" && answer?.kind !== "refused") gone.add(asked.user);
  }
  for (const seen of ledger.all) {
    const { user, by = user } = seen.asked;
    if (seen.byHand || gone.has(by) || seen.begunAt <= before) continue;
    // Older code does not say who asks, so its acts are told without a request.
    if (older.has(seen.by)) continue;
    const events = byRequest.get(originOf(seen).requestId) ?? [];
    const lasting =
      seen.answer?.kind === "refused" ? withoutEnded(events, stored, begunBy(seen)) : events;
    const problem = told(seen, withoutRepeated(lasting, stored), by);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * A call that is repeated after a lost reply opens again what another request has ended in the
 * meantime, or ends what another has opened: two acts, of which the first needs no place in what is
 * asked here.
 */
function withoutRepeated(events: readonly Event[], stored: readonly Event[]): readonly Event[] {
  return events.filter((one) => {
    const next = events.find((other) => isDouble(one, other) && placeOf(one) < placeOf(other));
    if (next === undefined || !isRepeat(one, next)) return true;
    const isOpening = one.type === "session.opened";
    const isBetween = (other: Event) =>
      isSameSubject(one, other) && placeOf(one) < placeOf(other) && placeOf(other) < placeOf(next);
    const undoes = (other: Event) => (other.type === "session.opened") !== isOpening;
    return !stored.some((other) => isBetween(other) && undoes(other));
  });
}

const isRepeat = (one: Event, next: Event): boolean =>
  one.type === "session.revoked" ||
  (one.type === "session.opened" && one.data["session_id"] === next.data["session_id"]);

/** What ends the sessions of an account. */
const ENDING: ReadonlySet<EventType> = new Set([
  "factor.removed",
  "factor.reset",
  "session.revoked",
  "user.changed_by_hand",
  "user.deleted",
  "user.disabled",
  "user.password.changed",
  "user.password.reset",
]);

/** What a sign-in is told as, and a factor that is added in a session. */
const OPENING: ReadonlySet<EventType> = new Set([
  "factor.added",
  "factor.recovery_code_used",
  "session.opened",
]);

/**
 * Where another act ended what was opened before anybody heard of it, a sign-in that is asked for
 * again after a lost reply is refused, rightly, and so is what was done in the session: two acts, one
 * after another.
 */
function withoutEnded(
  events: readonly Event[],
  stored: readonly Event[],
  isInTime: (event: Event) => boolean,
): readonly Event[] {
  const endsIt = (one: Event) => (other: Event) =>
    ENDING.has(other.type) &&
    isSameSubject(one, other) &&
    placeOf(one) < placeOf(other) &&
    isInTime(other);
  return events.filter((one) => !OPENING.has(one.type) || !stored.some(endsIt(one)));
}

const placeOf = ({ seq }: Event): number => seq ?? 0;

const TOLD_AS = {
  reset: "user.password.reset",
  verify: "user.email.verified",
  change_email: "user.email.changed",
} as const;

/** What an act on a service account is told as, with its id beside it. */
const OF_PROGRAMS: Readonly<Partial<Record<Seen["asked"]["what"], EventType>>> = {
  "end secret": "service_account.secret.ended",
  "make program": "service_account.created",
  "rotate secret": "service_account.secret.created",
};

/** What an act is told as once it is done for certain, and null where that depends. */
function typeOf({ asked }: Seen): EventType | null {
  switch (asked.what) {
    case "sign in":
    case "finish code":
    case "passkey":
      return "session.opened";
    case "change password":
      return "user.password.changed";
    case "delete":
      return "user.deleted";
    case "export":
      return "user.exported";
    case "redeem":
      return TOLD_AS[asked.kind];
    default:
      return OF_PROGRAMS[asked.what] ?? null;
  }
}

/** Where the account is another one, or gone, before the reply: the act itself may be done. */
const MAY_BE_DONE: ReadonlySet<string> = new Set(["conflict", "not_found"]);

/** What may have come of an act that was refused. */
const OF_REFUSALS: ReadonlySet<EventType> = new Set(["refresh.reused"]);

function told({ asked, answer, ...seen }: Seen, events: readonly Event[], by: UserId) {
  const twice = events.find((one) => events.some((other) => isDouble(one, other)));
  if (twice !== undefined) return `"${asked.what}" is told twice as ${twice.type}`;
  const stranger = events.find(({ actor }) => actor.kind === "user" && actor.id !== by);
  if (stranger !== undefined) return `"${asked.what}" is told as ${stranger.actor.id}'s`;
  if (answer?.kind === "refused" && !MAY_BE_DONE.has(answer.code)) {
    const done = events.find(
      ({ type, outcome }) => outcome === "success" && !OF_REFUSALS.has(type),
    );
    return done === undefined ? null : `"${asked.what}" was refused, and told as ${done.type}`;
  }
  const type = typeOf({ asked, answer, ...seen });
  if (answer?.kind !== "ok" || type === null) return null;
  const isTold = events.some((event) => event.type === type && isOf(event, asked));
  return isTold ? null : `"${asked.what}" succeeded, and no ${type} is told of it`;
}

const isOf = ({ subject }: Event, asked: Seen["asked"]): boolean =>
  subject.kind === "service_account" || subject.id === asked.user;

const isDouble = (one: Event, other: Event): boolean =>
  one !== other && one.type === other.type && isSameSubject(one, other);

const isSameSubject = (one: Event, other: Event): boolean => one.subject.id === other.subject.id;
