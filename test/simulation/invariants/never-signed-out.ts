import { isUnderDropped, mayBeRevoked } from "../key-acts.ts";
import { mayEnd, type Seen, type Session } from "../ledger.ts";
import { MAX_SKEW, type World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/**
 * Whoever follows the protocol stays signed in: what ends a session is its lifetime, an act, or a
 * token that was presented when it was spent for good.
 */
export const neverSignedOut: Invariant = {
  name: "no session ends without a reason",
  watch(world) {
    return {
      answered(seen) {
        const { asked, answer } = seen;
        if (!("session" in asked) || answer?.kind !== "refused") return null;
        if (!["invalid_token", "invalid_refresh_token"].includes(answer.code)) return null;
        if (asked.what !== "refresh" && asked.what !== "verify") return null;
        if (isTokenBad(world, seen)) return null;
        const session = world.ledger.sessions.get(asked.session);
        if (session === undefined || mayHaveEnded(world, session, seen)) return null;
        return `${asked.what} was refused, and nothing had ended the session`;
      },
    };
  },
};

/** Whether what was presented may be refused, however the session fares. */
function isTokenBad(world: World, seen: Seen): boolean {
  const { asked } = seen;
  if (asked.what === "refresh") return isUnderDropped(world, asked.presented);
  if (asked.what !== "verify") return false;
  return asked.isExpired || mayBeRevoked(world.ledger, asked.kid, seen);
}

/** Whether there may be a reason; tolerant where the outcome of an act is unknown. */
export function mayHaveEnded(world: World, session: Session, seen: Seen): boolean {
  const { ledger } = world;
  return (
    isOver(world, session, seen) ||
    wasMisused(world, session, seen.answered ?? Infinity) ||
    ledger.all.some((act) => mayEnd(act, session) && mayHaveHit(act, session, seen))
  );
}

function mayHaveHit(act: Seen, session: Session, { answered }: Seen): boolean {
  if (act.answer?.kind === "refused" || act.begun > (answered ?? Infinity)) return false;
  const isDone = act.answer?.kind === "ok" && !act.byHand;
  return !isDone || (act.answered ?? Infinity) > session.openedBy.begun;
}

function isOver({ ledger }: World, { openedBy, usedAt }: Session, { answeredAt }: Seen): boolean {
  const idleTtl = Math.min(...ledger.policies().map((policy) => policy.idleTtl));
  const absoluteTtl = Math.min(...ledger.policies().map((policy) => policy.absoluteTtl));
  const now = (answeredAt ?? 0) + 2 * MAX_SKEW;
  return now >= usedAt + idleTtl || now >= openedBy.begunAt + absoluteTtl;
}

/** Whether a token was presented that may have been spent for good by then. */
function wasMisused({ ledger }: World, session: Session, before: number): boolean {
  const generationOf = ({ asked }: Seen): number =>
    (asked.what === "refresh" ? session.generations.get(asked.presented) : undefined) ?? -1;
  const window =
    Math.min(...ledger.policies().map(({ replayWindow }) => replayWindow)) - 2 * MAX_SKEW;
  const shown = session.refreshes.filter(({ begun }) => begun < before);
  return shown.some((one) =>
    shown.some((other) => {
      const [mine, theirs] = [generationOf(one), generationOf(other)];
      if (theirs > mine) return true;
      const from = other.begunAt;
      return theirs === mine && (one.answeredAt ?? Infinity) - from >= window;
    }),
  );
}
