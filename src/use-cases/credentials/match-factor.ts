import { type FactorProof, isConfirmed } from "../../domain/credentials/factor.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Clock, Unavailable } from "../outside.ts";
import type { Factors, OneTimePasswords, RecoveryCodes } from "./ports.ts";

export type MatchDeps = {
  readonly factors: Factors;
  readonly oneTimePasswords: OneTimePasswords;
  readonly recoveryCodes: RecoveryCodes;
  readonly clock: Clock;
};

/** A second factor as somebody shows it. */
export type Shown =
  | { readonly kind: "totp"; readonly code: string }
  | { readonly kind: "recovery_code"; readonly code: string };

/**
 * What was shown, as the user's object takes it; null for a wrong code. Whether it was used before
 * the object alone knows.
 */
export async function matchFactor(
  deps: MatchDeps,
  userId: UserId,
  shown: Shown,
): Promise<FactorProof | null> {
  if (shown.kind === "recovery_code") {
    return { kind: "recovery_code", hash: deps.recoveryCodes.hash(userId, shown.code) };
  }
  const held = await deps.factors.listFactors(userId);
  let outage: Unavailable | null = null;
  for (const factor of held?.factors.filter(isConfirmed) ?? []) {
    try {
      const step = await deps.oneTimePasswords.stepOf(userId, factor, shown.code, deps.clock());
      if (step === null) continue;
      const rewrapped = await deps.oneTimePasswords.rewrapped(userId, factor);
      return { kind: "totp", id: factor.id, step, rewrapped };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      outage = error;
    }
  }
  // Whether it was the code of the one that cannot be read, nobody knows.
  if (outage !== null) throw outage;
  return null;
}
