import type { Actor } from "../../domain/access/actor.ts";
import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import { proved } from "../../domain/assurance.ts";
import {
  SECOND_FACTOR_LIFETIME,
  type SecondFactorFlow,
} from "../../domain/credentials/second-factor-flow.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { isYoungerElsewhere } from "../../domain/time.ts";
import { triesBy } from "../credentials/check-password.ts";
import { checkTry } from "../credentials/check-try.ts";
import {
  type MatchDeps,
  matchFactor,
  type Shown,
  wrongFactor,
} from "../credentials/match-factor.ts";
import { type Challenged, challengePasskeys } from "../credentials/match-passkey.ts";
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

type FlowRefusal = "invalid_token" | SignInRefusal;

type Refusal = FlowRefusal | "invalid_code" | "invalid_passkey" | Throttled;

/** Whose sign-in a token is, while it can go on. */
async function flowOf(
  deps: SecondFactorDeps,
  token: string,
): Promise<Result<{ flow: SecondFactorFlow; credential: Credential }, FlowRefusal>> {
  const flow = deps.secondFactorTokens.parse(token);
  if (flow === null || !isYoungerElsewhere(flow.startedAt, deps.clock(), SECOND_FACTOR_LIFETIME)) {
    return err("invalid_token");
  }
  const credential = await deps.users.findById(flow.userId);
  if (credential?.user.version !== flow.accountVersion) return err("invalid_token");
  const refusal = signInRefusal(credential.user, deps.requireVerifiedEmail);
  return refusal === null ? ok({ flow, credential }) : err(refusal);
}

/** Asks for a passkey, of those of the account. */
export async function challengeSecondFactor(
  deps: SecondFactorDeps,
  _actor: Actor,
  token: string,
): Promise<Result<Challenged, FlowRefusal | "not_found">> {
  const found = await flowOf(deps, token);
  if (!found.ok) return found;
  const { id, userId, first } = found.value.flow;
  const before = proved(first, 0);
  const challenged = await challengePasskeys(deps, userId, `second-factor ${id}`, before);
  return challenged === null ? err("not_found") : ok(challenged);
}

/**
 * Goes on with a sign-in whose first factor was right. A try is counted before the code is compared,
 * with all others at that kind of factor of the account; a code is right once, and so is the token.
 */
export async function signInBySecondFactor(
  deps: SecondFactorDeps,
  actor: Actor,
  { token, shown }: { readonly token: string; readonly shown: Shown },
): Promise<Result<TokenPair, Refusal>> {
  const found = await flowOf(deps, token);
  if (!found.ok) return found;
  const { flow, credential } = found.value;
  const open = () => openWith(deps, actor, flow, credential, shown);
  const tries = triesBy(deps, flow.userId, shown.kind);
  const checked = await checkTry(actor, tries, async () => credential, open, wrongFactor(shown));
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
  const proof = await matchFactor(deps, flow.userId, `second-factor ${flow.id}`, shown);
  if (proof === null) return null;
  const flowEndsAt = flow.startedAt + SECOND_FACTOR_LIFETIME;
  const second = { proof, flowId: flow.id, flowEndsAt };
  const drawn =
    proof.kind === "recovery_code" ? deps.secondFactorTokens.draw(flow, proof.hash) : undefined;
  const opened = await openSession(deps, actor, user, flow.first, second, drawn);
  if (opened === "wrong") return null;
  return typeof opened === "string" || "code" in opened ? "over" : opened;
}
