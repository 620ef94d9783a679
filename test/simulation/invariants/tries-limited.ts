import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import type { Seen } from "../ledger.ts";
import { keyOf, stateOf } from "../stores/login-names.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

const DAY = 24 * 60 * 60 * 1_000;
const LONGEST_DELAY = 60 * 60 * 1_000;

/**
 * Guesses at one name that were judged keep to the free tries and the growing delay; no password is
 * compared before its try is counted; and what is refused or never judged counts for nothing.
 */
export const triesLimited: Invariant = {
  name: "guessing is limited",
  watch(world) {
    const judged = new Map<string, Seen[]>();
    return {
      answered(seen) {
        const ahead = world.tries.ahead();
        if (ahead !== null) return `a password of ${ahead} was compared before the try was counted`;
        const { asked, answer } = seen;
        if (asked.what === "sign in" && answer?.kind === "ok" && world.isCalm()) {
          return isCleared(world, asked.user) ? null : "a sign-in did not clear the count";
        }
        return asked.what === "guess" ? guessed(world, judged, seen, asked.name) : null;
      },
      calm: () => overcounted(world),
    };
  },
};

function guessed(
  world: World,
  judged: Map<string, Seen[]>,
  seen: Seen,
  name: string | null,
): string | null {
  const { answer } = seen;
  if (answer?.kind === "ok") return "a guess signed somebody in";
  if (name === null || answer?.kind !== "refused") return null;
  if (answer.code !== "invalid_credentials") return null;
  const tries = [...(judged.get(name) ?? []), seen];
  judged.set(name, tries);
  return tooFast(world, tries);
}

function isCleared({ db, loginNames }: World, user: UserId): boolean {
  const object = loginNames.get(keyOf(db.users.get(user)?.user.email ?? ""));
  return object === undefined || stateOf(object) === null;
}

/** The last tries in a row, as far as nothing can have cleared the count between them. */
function tooFast(world: World, tries: readonly Seen[]): string | null {
  const last = tries.at(-1);
  if (last === undefined) return null;
  let begun = last.begunAt;
  for (let at = tries.length - 2; at >= 0; at--) {
    const before = tries[at];
    if (before === undefined || last.begunAt - before.begunAt > DAY / 2) return null;
    begun = Math.min(begun, before.begunAt);
    if (mayBeCleared(world, before, last)) return null;
    const count = tries.length - at;
    const delays = Array.from({ length: Math.max(count - FREE_TRIES, 0) }, (_, n) =>
      Math.min(1_000 * 2 ** n, LONGEST_DELAY),
    );
    const least = delays.reduce((sum, delay) => sum + delay, 0);
    const took = (last.answeredAt ?? last.begunAt) - begun;
    if (took < least) return `${count} guesses were judged within ${took} ms`;
  }
  return null;
}

/** A sign-in, a new password or an administrator may forgive what was counted, also late. */
const mayBeCleared = ({ ledger }: World, first: Seen, last: Seen): boolean =>
  ledger.all.some(
    ({ asked, begun, answered, answer, byHand }) =>
      asked.user === first.asked.user &&
      CLEARS.has(asked.what) &&
      begun < (last.answered ?? Infinity) &&
      (byHand || answer?.kind !== "ok" || (answered ?? Infinity) > first.begun - CLEARED_LATE),
  );

const CLEARS: ReadonlySet<string> = new Set([
  "sign in",
  "change password",
  "set password",
  "set status",
  "redeem",
  "finish code",
]);

/** Orders of the ledger within which a clear may still be on its way. */
const CLEARED_LATE = 40;

/** No more is remembered than tries that were judged, or whose outcome nobody knows. */
function overcounted({ ledger, loginNames, db }: World): string | null {
  for (const { user } of db.users.values()) {
    const object = loginNames.get(keyOf(user.email));
    const state = object === undefined ? null : stateOf(object);
    // Those from before the password was set count for nothing.
    if (state === null || state.lastAt < user.passwordSetAt) continue;
    const { failures } = state;
    const most = ledger.all.filter(
      ({ asked, answer }) =>
        asked.user === user.id &&
        TRIES.has(asked.what) &&
        !(answer?.kind === "refused" && answer.code === "throttled"),
    ).length;
    if (failures > most) return `${failures} failures are counted, and ${most} tries were judged`;
  }
  return null;
}

const TRIES: ReadonlySet<string> = new Set(["sign in", "guess", "redeem", "finish code"]);
