import type { Person } from "../../../domain/access/actor.ts";
import { isTotp } from "../../../domain/credentials/factor.ts";
import { causeOf } from "../../../domain/events/event.ts";
import type { FactorId } from "../../../domain/ids.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import { triesBy } from "../../credentials/check-password.ts";
import { checkTry } from "../../credentials/check-try.ts";
import type { MatchDeps } from "../../credentials/match-factor.ts";
import type { Throttled } from "../../credentials/refusals.ts";
import type { OwnFactorDeps } from "./enrol-totp.ts";

export type ConfirmDeps = OwnFactorDeps & Pick<MatchDeps, "oneTimePasswords" | "recoveryCodes">;

/** @property recoveryCodes null where there was a factor before */
export type Confirmed = { readonly recoveryCodes: readonly string[] | null };

/**
 * Takes the first code of a factor, in a session that may change its account; the session counts as
 * two factors from then on. Recovery codes are shown once, with the first factor.
 */
export async function confirmTotp(
  deps: ConfirmDeps,
  actor: Person,
  id: FactorId,
  code: string,
): Promise<Result<Confirmed, "invalid_code" | "not_found" | Throttled>> {
  const { userId, sessionId } = actor;
  const credential = await deps.users.findById(userId);
  const held = await deps.factors.listFactors(userId);
  const factor = held?.factors.filter(isTotp).find((one) => one.id === id);
  if (credential === null || factor === undefined) return err("not_found");
  const recoveryCodes = deps.recoveryCodes.create();
  const confirm = async () => {
    const step = await deps.oneTimePasswords.stepOf(userId, factor, code, deps.clock());
    if (step === null) return null;
    const answer = await deps.factors.confirmFactor(userId, {
      proof: { kind: "totp", id, step, rewrapped: null },
      sessionId,
      recoveryCodes: recoveryCodes.map((one) => deps.recoveryCodes.hash(userId, one)),
      cause: causeOf(actor),
    });
    return answer === "wrong" ? null : answer;
  };
  const tries = triesBy(deps, userId, "factor_in_session");
  const checked = await checkTry(actor, tries, async () => credential, confirm, "invalid_code");
  if (!checked.ok) return checked;
  // Another session began it, or too long ago, or a factor was added since.
  if (checked.value === "refused") return err("not_found");
  return ok({ recoveryCodes: checked.value === "first" ? recoveryCodes : null });
}
