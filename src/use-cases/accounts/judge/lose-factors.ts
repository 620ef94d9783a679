import { type Factor, isConfirmed } from "../../../domain/credentials/factor.ts";
import { BY_HAND, type Unnumbered } from "../../../domain/events/event.ts";
import type { UserId } from "../../../domain/ids.ts";
import { clearFactorProofs } from "../../credentials/count-proofs.ts";
import {
  factorsOf,
  removeAllFactors,
  replaceRecoveryCodes,
} from "../../credentials/take-factor.ts";
import type { AuthorityCopy, UserStore } from "../ports.ts";
import type { JudgeDeps } from "./keep-authority.ts";
import { factorMail, happened } from "./tell-events.ts";

/*
 * Which second factors a change of the row takes with it, by an operator's word or because they may
 * be somebody else's.
 */

/**
 * All there are when the object hears that they are lost: whoever was in a session until then could
 * have added one. A copy that older code wrote does not say what was heard: of it only factors from
 * before that time go, so that one enrolled since stays.
 */
export function lostFactors(
  { store }: Pick<JudgeDeps, "store">,
  known: AuthorityCopy | null,
  factorsVoidAt: number,
): Factor[] {
  const heard = known?.factorsVoidAt;
  if (factorsVoidAt <= (heard ?? 0)) return [];
  const held = factorsOf(store.secondFactors);
  return heard === undefined ? held.filter(({ createdAt }) => createdAt < factorsVoidAt) : held;
}

/** The recovery codes are lost with them. */
export function removeLost({ secondFactors, proofs }: UserStore, lost: readonly Factor[]): void {
  if (lost.length === 0) return;
  for (const { id } of lost) secondFactors.factors.delete(id);
  replaceRecoveryCodes(secondFactors, [], 0);
  clearFactorProofs(proofs);
}

export const factorsLost = (
  deps: Pick<JudgeDeps, "clock" | "newEventId">,
  userId: UserId,
  lost: readonly Factor[],
): Unnumbered =>
  happened(deps, userId, BY_HAND, {
    type: "factor.reset",
    data: { factors: lost.filter(isConfirmed).length },
    mail: factorMail("factor_removed"),
  });

/** With all that counts for factors that are there no more. */
export function forgetFactors({ secondFactors, proofs }: UserStore): void {
  removeAllFactors(secondFactors);
  clearFactorProofs(proofs);
}

/** Whoever registered an address that was not theirs may have added factors as well. */
export function voidsFactors({ type, data }: Unnumbered, known: AuthorityCopy | null): boolean {
  if (type === "user.email.verified") return data["password_kept"] === false;
  return type === "user.password.reset" && known?.verifiedEmail === null;
}
