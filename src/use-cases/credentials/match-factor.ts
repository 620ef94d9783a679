import type { ChallengePurpose } from "../../domain/credentials/challenge.ts";
import { type FactorProof, isConfirmed, isTotp } from "../../domain/credentials/factor.ts";
import type { UserId } from "../../domain/ids.ts";
import { Unavailable } from "../outside.ts";
import { type Answered, type ChallengeDeps, matchPasskey } from "./match-passkey.ts";
import type { Assertion, OneTimePasswords, RecoveryCodes } from "./ports.ts";

export type MatchDeps = ChallengeDeps & {
  readonly oneTimePasswords: OneTimePasswords;
  readonly recoveryCodes: RecoveryCodes;
};

/** A second factor as somebody shows it. */
export type Shown =
  | { readonly kind: "totp"; readonly code: string }
  | { readonly kind: "recovery_code"; readonly code: string }
  | ({ readonly kind: "passkey" } & Answered<Assertion>);

/** What a wrong one is called. */
export const wrongFactor = ({ kind }: Shown): "invalid_code" | "invalid_passkey" =>
  kind === "passkey" ? "invalid_passkey" : "invalid_code";

/**
 * What was shown, as the user's object takes it; null for a wrong code. Whether it was used before
 * the object alone knows.
 *
 * @param purpose what an answer of a passkey must be good for
 */
export async function matchFactor(
  deps: MatchDeps,
  userId: UserId,
  purpose: ChallengePurpose,
  shown: Shown,
): Promise<FactorProof | null> {
  switch (shown.kind) {
    case "passkey":
      return matchPasskey(deps, userId, purpose, shown);
    case "recovery_code":
      return { kind: "recovery_code", hash: deps.recoveryCodes.hash(userId, shown.code) };
    case "totp":
      return matchCode(deps, userId, shown.code);
  }
}

async function matchCode(
  deps: MatchDeps,
  userId: UserId,
  code: string,
): Promise<FactorProof | null> {
  const held = await deps.factors.listFactors(userId);
  let outage: Unavailable | null = null;
  for (const factor of held?.factors.filter(isTotp).filter(isConfirmed) ?? []) {
    try {
      const step = await deps.oneTimePasswords.stepOf(userId, factor, code, deps.clock());
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
