import { type Proved, withPasskey } from "../../domain/assurance.ts";
import {
  CHALLENGE_LIFETIME,
  type ChallengePurpose,
  isAnswerable,
} from "../../domain/credentials/challenge.ts";
import { type FactorProof, isPasskey, type Passkey } from "../../domain/credentials/factor.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Clock } from "../outside.ts";
import type {
  Assertion,
  Challenges,
  Factors,
  PasskeyOptions,
  Passkeys,
  TakenChallenge,
} from "./ports.ts";

export type ChallengeDeps = {
  readonly factors: Factors;
  readonly challenges: Challenges;
  readonly passkeys: Passkeys;
  readonly clock: Clock;
};

/** What a client holds of a challenge, and what an authenticator is asked. */
export type Challenged = { readonly token: string; readonly options: PasskeyOptions };

/** An authenticator's answer, with the challenge that it is to. */
export type Answered<A> = { readonly token: string; readonly credential: A };

/**
 * A challenge to the passkeys of a user, or null where there is none.
 *
 * @param before what was proved: beside nothing but a passkey, a touch proves no more
 */
export async function challengePasskeys(
  deps: ChallengeDeps,
  userId: UserId,
  purpose: ChallengePurpose,
  before: Pick<Proved, "amr">,
): Promise<Challenged | null> {
  const held = await deps.factors.listFactors(userId);
  const passkeys = held?.factors.filter(isPasskey) ?? [];
  const touched = { method: "hwk", userVerified: false } as const;
  const isAlone = withPasskey(before, touched, 0).acr === "aal1";
  return passkeys.length === 0 ? null : challenge(deps, purpose, passkeys, isAlone);
}

/** @param allowed null for whichever passkey the person chooses */
export async function challenge(
  deps: ChallengeDeps,
  purpose: ChallengePurpose,
  allowed: readonly Passkey[] | null,
  isAlone: boolean,
): Promise<Challenged> {
  const { token, value } = deps.challenges.start(purpose, deps.clock());
  return { token, options: await deps.passkeys.requestOptions(value, allowed, isAlone) };
}

/** The challenge of a token, or null for one that may not be answered now, or not here. */
export function challengeOf(
  { challenges, clock }: Pick<ChallengeDeps, "challenges" | "clock">,
  token: string,
  purpose: ChallengePurpose,
): { readonly challenge: string; readonly endsAt: number } | null {
  const parsed = challenges.parse(token);
  if (parsed === null || !isAnswerable(parsed, purpose, clock())) return null;
  return { challenge: parsed.value, endsAt: parsed.startedAt + CHALLENGE_LIFETIME };
}

/** A passkey that was shown, as the user's object takes it; null for what proves nothing. */
export async function matchPasskey(
  deps: ChallengeDeps,
  userId: UserId,
  purpose: ChallengePurpose,
  { token, credential }: Answered<Assertion>,
): Promise<Extract<FactorProof, { kind: "passkey" }> | null> {
  const asked = challengeOf(deps, token, purpose);
  if (asked === null) return null;
  const taken = await takeChallenge(deps, userId, asked, credential);
  if (taken.kind === "spent" || taken.passkey === null) return null;
  return deps.passkeys.verifyAssertion(asked.challenge, taken.passkey, credential);
}

/** Before anything is verified: an answer that is wrong is the last one to its challenge, too. */
export const takeChallenge = (
  { factors }: Pick<ChallengeDeps, "factors">,
  userId: UserId,
  asked: { readonly challenge: string; readonly endsAt: number },
  { id }: { readonly id: string },
): Promise<TakenChallenge> => factors.takeChallenge(userId, { ...asked, credentialId: id });
