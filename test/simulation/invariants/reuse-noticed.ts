import { isUnderDropped } from "../key-acts.ts";
import type { Seen, Session } from "../ledger.ts";
import { MAX_SKEW, type World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/**
 * A spent token ends its session: at once where its successor was used, and otherwise once the
 * replay window is over. Nothing of that session succeeds afterwards.
 */
export const reuseNoticed: Invariant = {
  name: "a reused token is noticed, and ends its session",
  watch(world) {
    const endedAt = new Map<string, number>();
    return {
      answered(seen) {
        const { asked, answer } = seen;
        if (!("session" in asked)) return null;
        const ended = endedAt.get(asked.session) ?? Infinity;
        if (answer?.kind === "ok" && seen.begun > ended && asked.what !== "logout") {
          return `${asked.what} succeeded after a reused token had ended the session`;
        }
        if (asked.what !== "refresh" || !isReuse(world, seen, asked.presented)) return null;
        if (answer?.kind === "ok") return "a token that was spent for good gave new ones";
        if (answer?.kind === "refused" && !isUnderDropped(world, asked.presented)) {
          endedAt.set(asked.session, Math.min(ended, seen.answered ?? ended));
        }
        return null;
      },
    };
  },
};

/** For certain: what others did had been answered before this one began. */
function isReuse({ ledger }: World, { asked, begun, begunAt }: Seen, presented: string): boolean {
  const session = asked.what === "refresh" ? ledger.sessions.get(asked.session) : undefined;
  const generation = session?.generations.get(presented);
  if (session === undefined || generation === undefined) return false;
  return session.refreshes.some((other) => {
    if (other.answer?.kind !== "ok" || (other.answered ?? Infinity) > begun) return false;
    const theirs = generationOf(session, other);
    if (theirs > generation) return true;
    const age = begunAt - (other.answeredAt ?? begunAt);
    const windows = ledger.policies().map(({ replayWindow }) => replayWindow);
    return theirs === generation && age > Math.max(...windows) + 2 * MAX_SKEW;
  });
}

const generationOf = (session: Session, { asked }: Seen): number =>
  (asked.what === "refresh" ? session.generations.get(asked.presented) : undefined) ?? -1;
