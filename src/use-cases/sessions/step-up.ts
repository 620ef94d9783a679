import type { Person } from "../../domain/access/actor.ts";
import type { FactorProof } from "../../domain/credentials/factor.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { causeOf } from "../../domain/events/event.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { RoleCatalogue } from "../access/ports.ts";
import { checkPassword, type PasswordCheckDeps, triesBy } from "../credentials/check-password.ts";
import { checkTry } from "../credentials/check-try.ts";
import {
  type MatchDeps,
  matchFactor,
  type Shown,
  wrongFactor,
} from "../credentials/match-factor.ts";
import { type Challenged, challengePasskeys } from "../credentials/match-passkey.ts";
import type { Credential, Credentials } from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import { type IssueDeps, type IssuedToken, issueAccessToken } from "../tokens/issue-token.ts";
import type { SessionGrant, TokenSigner } from "../tokens/ports.ts";
import { withNewRoles } from "./begin-session.ts";
import type { Sessions } from "./ports.ts";

export type StepUpDeps = PasswordCheckDeps &
  MatchDeps &
  IssueDeps & {
    readonly users: Credentials;
    readonly sessions: Sessions;
    readonly catalogue: RoleCatalogue;
    readonly signer: TokenSigner;
  };

type Refusal =
  | "invalid_credentials"
  | "invalid_code"
  | "invalid_passkey"
  | "invalid_token"
  | Throttled;

/** Asks for a passkey, of those of the account, in the session at hand. */
export async function challengeStepUp(
  deps: MatchDeps,
  { userId, sessionId, proved }: Person,
): Promise<Result<Challenged, "not_found">> {
  const challenged = await challengePasskeys(deps, userId, `step-up ${sessionId}`, proved);
  return challenged === null ? err("not_found") : ok(challenged);
}

/**
 * Proves again who it is, in the session at hand (RFC 9470): its tokens say so from now on, and the
 * one that is returned does.
 */
export async function stepUp(
  deps: StepUpDeps,
  actor: Person,
  shown: Shown | { readonly kind: "password"; readonly password: Password },
): Promise<Result<IssuedToken, Refusal>> {
  // Whatever could fail comes before a code is used.
  const [sign, credential] = await Promise.all([
    deps.signer.prepare(),
    deps.users.findById(actor.userId),
  ]);
  if (credential === null) return err("invalid_token");
  // Those of the account: what waits for a second factor does not stand in the caller's token.
  const named = await deps.catalogue.named(credential.user.roles);
  const proven = await prove(deps, actor, credential, shown);
  if (!proven.ok) return proven;
  const { userId, sessionId } = actor;
  const grant = proven.value;
  const roles = await withNewRoles(deps.catalogue, named, credential.user, grant);
  return ok(await issueAccessToken(deps, { sign, roles, userId, sessionId, grant }));
}

async function prove(
  deps: StepUpDeps,
  actor: Person,
  credential: Credential,
  shown: Parameters<typeof stepUp>[2],
): Promise<Result<SessionGrant, Refusal>> {
  const find = async () => credential;
  if (shown.kind === "password") {
    const tries = triesBy(deps, actor.userId, "session");
    const check = await checkPassword(deps, actor, tries, shown.password, find);
    if (!check.ok) return check;
    const grant = await take(deps, actor, null);
    return typeof grant === "object" ? ok(grant) : err("invalid_token");
  }
  const compare = async () => {
    const proof = await matchFactor(deps, actor.userId, `step-up ${actor.sessionId}`, shown);
    const grant = proof === null ? "wrong" : await take(deps, actor, proof);
    return grant === "wrong" ? null : grant;
  };
  const tries = triesBy(deps, actor.userId, "factor_in_session");
  const checked = await checkTry(actor, tries, find, compare, wrongFactor(shown));
  if (!checked.ok) return checked;
  return checked.value === "refused" ? err("invalid_token") : ok(checked.value);
}

async function take(
  { sessions }: StepUpDeps,
  actor: Person,
  proof: FactorProof | null,
): Promise<SessionGrant | "wrong" | "refused"> {
  const { userId, sessionId } = actor;
  const answer = await sessions.stepUp(userId, { sessionId, proof, cause: causeOf(actor) });
  return answer.kind === "done" ? answer.grant : answer.kind;
}
