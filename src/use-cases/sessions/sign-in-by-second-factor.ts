import type { Actor } from "../../domain/access/actor.ts";
import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import {
  SECOND_FACTOR_LIFETIME,
  type SecondFactorFlow,
} from "../../domain/credentials/second-factor-flow.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { isYounger } from "../../domain/time.ts";
import { triesBy } from "../credentials/check-password.ts";
import { checkTry } from "../credentials/check-try.ts";
import { type MatchDeps, matchFactor, type Shown } from "../credentials/match-factor.ts";
import type { Credential, Credentials, Proofs } from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import { type OpenDeps, openSession } from "./open-session.ts";

export type SecondFactorDeps = OpenDeps &
  MatchDeps & {
    readonly users: Credentials;
    readonly proofs: Proofs;
    readonly requireVerifiedEmail: boolean;
  };

type Refusal = "invalid_token" | "invalid_code" | SignInRefusal | Throttled;

/**
 * Goes on with a sign-in whose first factor was right. A try is counted before the code is compared,
 * with all others at that kind of factor of the account; a code is right once, and so is the token.
 */
export async function signInBySecondFactor(
  deps: SecondFactorDeps,
  actor: Actor,
  { token, shown }: { readonly token: string; readonly shown: Shown },
): Promise<Result<TokenPair, Refusal>> {
  const flow = deps.secondFactorTokens.parse(token);
  if (flow === null || !isYounger(flow.startedAt, deps.clock(), SECOND_FACTOR_LIFETIME)) {
    return err("invalid_token");
  }
  const credential = await deps.users.findById(flow.userId);
  if (credential?.user.version !== flow.accountVersion) return err("invalid_token");
  const refusal = signInRefusal(credential.user, deps.requireVerifiedEmail);
  if (refusal !== null) return err(refusal);
  const open = () => openWith(deps, actor, flow, credential, shown);
  const tries = triesBy(deps, flow.userId, shown.kind);
  const checked = await checkTry(actor, tries, async () => credential, open, "invalid_code");
  if (!checked.ok) return checked;
  return checked.value === "over" ? err("invalid_token") : ok(checked.value);
}

/** @returns null for a wrong code, or one that was used; "over" when the sign-in is */
async function openWith(
  deps: SecondFactorDeps,
  actor: Actor,
  flow: SecondFactorFlow,
  { user }: Credential,
  shown: Shown,
): Promise<TokenPair | "over" | null> {
  const proof = await matchFactor(deps, flow.userId, shown);
  if (proof === null) return null;
  const flowEndsAt = flow.startedAt + SECOND_FACTOR_LIFETIME;
  const second = { proof, flowId: flow.id, flowEndsAt };
  const drawn = proof.kind === "totp" ? undefined : deps.secondFactorTokens.draw(flow, proof.hash);
  const opened = await openSession(deps, actor, user, flow.first, second, drawn);
  if (opened === "wrong") return null;
  return typeof opened === "string" || "code" in opened ? "over" : opened;
}
