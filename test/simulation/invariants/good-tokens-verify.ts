import type { SessionId } from "../../../src/domain/ids.ts";
import { CLOCK_LEEWAY } from "../../../src/domain/time.ts";
import { MADE_UP } from "../actors/verifiers.ts";
import { mayBeRevoked } from "../key-acts.ts";
import type { Seen } from "../ledger.ts";
import { IN_TIME } from "../remote-verifier.ts";
import { MAX_SKEW, type World } from "../world.ts";
import type { Invariant } from "./invariant.ts";
import { mayHaveEnded } from "./never-signed-out.ts";

/** Milliseconds until a verifier elsewhere knows a key that was not announced: an emergency's heir. */
const TOLD_ELSEWHERE = 600_000 + 2 * MAX_SKEW;

/** Milliseconds for which a verifier does not ask again after an outage. */
const AFTER_OUTAGE = 40_000;

/**
 * A token that is in date, of a key that nobody revoked, is refused nowhere, however old what a
 * verifier knows may be: a client signs out on a refusal, and comes again after an outage.
 */
export const goodTokensVerify: Invariant = {
  name: "a token is refused only if it is bad",
  watch: (world) => ({
    answered(seen) {
      const { asked, answer } = seen;
      if (asked.what !== "judge") return null;
      if (asked.kid === MADE_UP) return answer?.kind === "ok" ? "a forged token was taken" : null;
      if (answer?.kind === "unavailable" && mustHaveKey(world, seen)) {
        return "a verifier never asks for a key that is published";
      }
      if (answer?.kind !== "refused" || isBad(world, seen)) return null;
      return `a good token was refused (${asked.where}, ${asked.staleness})`;
    },
  }),
};

/** Whether there may be a reason. */
function isBad(world: World, seen: Seen): boolean {
  const { asked, answeredAt } = seen;
  if (asked.what !== "judge") return true;
  const { claims, kid, where, staleness } = asked;
  const isExpired = (claims.exp + CLOCK_LEEWAY) * 1_000 <= (answeredAt ?? 0) + MAX_SKEW;
  if (isExpired || mayBeRevoked(world.ledger, kid, seen)) return true;
  if (where === "outside") return isYoungHeir(world, kid, seen);
  if (staleness === "offline") return false;
  const session = world.ledger.sessions.get(claims.sid as SessionId);
  return session === undefined || mayHaveEnded(world, session, seen);
}

/** Whether a verifier elsewhere had every chance to know the key of a token. */
function mustHaveKey(world: World, seen: Seen): boolean {
  const { asked, begunAt, answeredAt, by } = seen;
  if (asked.what !== "judge" || asked.where !== "outside") return false;
  const refusedAt = world.refusedAt.get(`keys for ${by}`) ?? -Infinity;
  if (refusedAt + AFTER_OUTAGE > begunAt || (answeredAt ?? Infinity) > begunAt + IN_TIME)
    return false;
  return !isBad(world, seen);
}

function isYoungHeir({ keyLog, edge }: World, kid: string, { begunAt }: Seen): boolean {
  if (keyLog.all.get(kid)?.isHeir !== true) return false;
  return begunAt < (edge.shownSince.get(kid) ?? Infinity) + TOLD_ELSEWHERE;
}
