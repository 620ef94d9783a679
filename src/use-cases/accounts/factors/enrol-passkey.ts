import type { Person } from "../../../domain/access/actor.ts";
import { type ChallengePurpose, handleIn } from "../../../domain/credentials/challenge.ts";
import { isPasskey, type Passkey } from "../../../domain/credentials/factor.ts";
import type { Password } from "../../../domain/credentials/password.ts";
import { causeOf } from "../../../domain/events/event.ts";
import type { FactorId, SessionId } from "../../../domain/ids.ts";
import { MAX_FACTORS } from "../../../domain/limits.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import type { StepUpNeeded } from "../../../domain/tokens/access-token.ts";
import {
  type Answered,
  type ChallengeDeps,
  type Challenged,
  challengeOf,
  takeChallenge,
} from "../../credentials/match-passkey.ts";
import type { Attestation, RecoveryCodes, UserHandles } from "../../credentials/ports.ts";
import { insufficientFor, type ProofRefusal, proveOwner } from "../prove-owner.ts";
import type { OwnFactorDeps } from "./enrol-totp.ts";

export type EnrolPasskeyDeps = OwnFactorDeps &
  ChallengeDeps & {
    readonly recoveryCodes: RecoveryCodes;
    readonly userHandles: UserHandles;
    readonly newFactorId: () => FactorId;
  };

/** @property recoveryCodes null where there was a factor before */
export type EnrolledPasskey = {
  readonly passkey: Passkey;
  readonly recoveryCodes: readonly string[] | null;
};

const purposeIn = (sessionId: SessionId, handle: string): ChallengePurpose =>
  `enrolment ${sessionId} ${handle}`;

/** Asks an authenticator for a passkey; it is kept once the session that asked brings it. */
export async function beginPasskey(
  deps: EnrolPasskeyDeps,
  actor: Person,
  password: Password | null,
): Promise<Result<Challenged, ProofRefusal | "too_many_factors">> {
  const proven = await proveOwner(deps, actor, password, { addsFactor: true });
  if (!proven.ok) return proven;
  const { id, email, name } = proven.value.credential.user;
  const held = await deps.factors.listFactors(id);
  const passkeys = held?.factors.filter(isPasskey) ?? [];
  if (passkeys.length >= MAX_FACTORS) return err("too_many_factors");
  // An authenticator keeps one passkey for a handle: another one would stand beside it.
  const handle = passkeys[0]?.userHandle ?? deps.userHandles.format(id);
  const purpose = purposeIn(actor.sessionId, handle);
  const { token, value } = deps.challenges.start(purpose, deps.clock());
  const owner = { handle, email, name };
  const options = await deps.passkeys.creationOptions(value, owner, passkeys);
  return ok({ token, options });
}

/**
 * Keeps a passkey that was asked for in this session, which counts as two factors from then on.
 * Recovery codes are shown once, with the first factor. Asked again after a lost answer, it is done.
 */
export async function addPasskey(
  deps: EnrolPasskeyDeps,
  actor: Person,
  { token, credential, name }: Answered<Attestation> & { readonly name: string },
): Promise<
  Result<EnrolledPasskey, "invalid_passkey" | "too_many_factors" | "conflict" | StepUpNeeded>
> {
  const { userId, sessionId } = actor;
  const parsed = deps.challenges.parse(token);
  const userHandle = parsed && handleIn(parsed, sessionId);
  const asked = userHandle && challengeOf(deps, token, purposeIn(sessionId, userHandle));
  if (!userHandle || !asked) return err("invalid_passkey");
  const taken = await takeChallenge(deps, userId, asked, credential);
  if (taken.kind === "spent") {
    const isDone = taken.passkey?.challenge === asked.challenge;
    return isDone ? ok({ passkey: taken.passkey, recoveryCodes: null }) : err("invalid_passkey");
  }
  const made = await deps.passkeys.verifyAttestation(asked.challenge, credential);
  if (made === null) return err("invalid_passkey");
  const now = deps.clock();
  const passkey: Passkey = {
    ...made,
    id: deps.newFactorId(),
    kind: "passkey",
    name,
    createdAt: now,
    begunIn: sessionId,
    confirmedAt: now,
    lastUsedAt: null,
    userHandle,
    challenge: asked.challenge,
  };
  const recoveryCodes = deps.recoveryCodes.create();
  const answer = await deps.factors.addPasskey(userId, {
    passkey,
    recoveryCodes: recoveryCodes.map((code) => deps.recoveryCodes.hash(userId, code)),
    cause: causeOf(actor),
  });
  switch (answer) {
    case "first":
      return ok({ passkey, recoveryCodes });
    case "another":
      return ok({ passkey, recoveryCodes: null });
    case "too_many":
      return err("too_many_factors");
    case "exists":
      return err("conflict");
    case "refused":
      return err(insufficientFor(deps));
  }
}
