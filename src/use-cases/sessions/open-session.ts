import type { Actor } from "../../domain/access/actor.ts";
import { authorityOf } from "../../domain/accounts/authority.ts";
import type { User } from "../../domain/accounts/user.ts";
import { type FirstFactor, proved } from "../../domain/assurance.ts";
import type { FactorKind } from "../../domain/credentials/factor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { SecondFactorTokens } from "../credentials/ports.ts";
import { Impossible } from "../outside.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import { type BeginDeps, beginSession, type Drawn } from "./begin-session.ts";
import type { OpenAnswer, SecondShown } from "./ports.ts";

export type OpenDeps = BeginDeps & {
  readonly secondFactorTokens: SecondFactorTokens;
  readonly newFlowId: () => string;
};

/** The first factor was right, and the account asks for a second. */
export type SecondFactorRequired = {
  readonly code: "second_factor_required";
  /** What the sign-in goes on with, for five minutes. */
  readonly token: string;
  readonly factors: readonly FactorKind[];
};

type Refusal = Exclude<OpenAnswer["kind"], "opened" | "second_factor_required">;

/**
 * Opens a session for whoever just proved who they are.
 *
 * @param first null where a passkey alone was shown, as the second
 */
export async function openSession(
  deps: OpenDeps,
  actor: Actor,
  user: User,
  first: FirstFactor | null,
  second: SecondShown | null = null,
  drawn?: Drawn,
): Promise<TokenPair | SecondFactorRequired | Refusal> {
  const now = deps.clock();
  const { session, issue } = await beginSession(deps, actor, user, proved(first, now), drawn);
  // Who it is is known from here on.
  const cause = causeOf({ ...actor, kind: "user", id: user.id });
  const opening = { ...session, seen: authorityOf(user), second, cause };
  const answer = await deps.sessions.openSession(user.id, opening);
  switch (answer.kind) {
    case "opened":
      return issue(answer.grant);
    case "second_factor_required": {
      const { id: userId, version: accountVersion } = user;
      const flow = {
        id: deps.newFlowId(),
        userId,
        accountVersion,
        first: first ?? passkeyOf(second),
        startedAt: now,
      };
      const token = deps.secondFactorTokens.format(flow);
      return { code: "second_factor_required", token, factors: answer.factors };
    }
    default:
      return answer.kind;
  }
}

/** What was shown where nothing was before it. */
function passkeyOf(second: SecondShown | null): FirstFactor {
  if (second?.proof.kind !== "passkey") throw new Impossible("session_without_a_first_factor");
  return second.proof.method;
}
