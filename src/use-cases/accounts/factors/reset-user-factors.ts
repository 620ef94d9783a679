import { type Actor, isPerson } from "../../../domain/access/actor.ts";
import { causeOf } from "../../../domain/events/event.ts";
import type { UserId } from "../../../domain/ids.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import { isYoungerElsewhere } from "../../../domain/time.ts";
import type { StepUpNeeded } from "../../../domain/tokens/access-token.ts";
import type { Factors } from "../../credentials/ports.ts";
import { type ChangeUserDeps, targetOf, type UserRefusal } from "../change-user.ts";
import { insufficientFor, type OwnAccountDeps } from "../prove-owner.ts";

export type ResetFactorsDeps = ChangeUserDeps &
  Pick<OwnAccountDeps, "clock" | "stepUpMaxAge"> & { readonly factors: Factors };

/** A program has no second factor, and its secret is no password. */
const NEVER = { acr: "aal1", authTime: 0 } as const;

/**
 * Takes every factor from somebody who lost them: the password alone opens their next session, and
 * all that were open have ended. It is for a person who showed two factors a moment ago.
 */
export async function resetUserFactors(
  deps: ResetFactorsDeps,
  actor: Actor,
  userId: UserId,
): Promise<Result<null, UserRefusal | StepUpNeeded>> {
  const { acr, authTime } = isPerson(actor) ? actor.proved : NEVER;
  if (acr !== "aal2" || !isYoungerElsewhere(authTime, deps.clock(), deps.stepUpMaxAge)) {
    return err(insufficientFor(deps));
  }
  const target = await targetOf(deps, actor, userId, null);
  if (!target.ok) return target;
  await deps.factors.resetFactors(userId, causeOf(actor));
  return ok(null);
}
