import { provedAgain } from "../../../domain/assurance.ts";
import {
  codeUsed,
  type Factor,
  type FactorProof,
  isConfirmable,
  isConfirmed,
  isPasskey,
  isTotp,
  levelOf,
  type Passkey,
  provedWith,
} from "../../../domain/credentials/factor.ts";
import type { Cause } from "../../../domain/events/event.ts";
import type { SessionId, UserId } from "../../../domain/ids.ts";
import { MAX_FACTORS } from "../../../domain/limits.ts";
import type {
  AddFactor,
  AddPasskey,
  ConfirmFactor,
  RemoveFactor,
  RenamedPasskey,
  RenamePasskey,
  RenewRecoveryCodes,
  TakeChallenge,
  TakenChallenge,
} from "../../credentials/ports.ts";
import { factorsOf, replaceRecoveryCodes, takeProof } from "../../credentials/take-factor.ts";
import { checkSession } from "../../sessions/judge-session.ts";
import type { StepUp, StepUpAnswer } from "../../sessions/ports.ts";
import type { SessionGrant } from "../../tokens/ports.ts";
import type { Addressed, UserStore } from "../ports.ts";
import { currentAuthority, type JudgeDeps, knownAuthority } from "./keep-authority.ts";
import { forgetFactors } from "./lose-factors.ts";
import { reaches } from "./open-session.ts";
import { factorMail, happened, recoveryCodeUsed } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/*
 * What is decided about a user's second factors: each is one synchronous step, with its event in
 * the same write. The caller has freshened the authority before.
 */

/** Milliseconds in which a call may come again whose answer was lost. */
const REPEATABLE = 5 * 60 * 1_000;

/** What a session that is open shows, or null for one that shows less than the account asks for. */
function ownSession(deps: JudgeDeps, sessionId: SessionId): SessionGrant | null {
  const { store, clock } = deps;
  const grant = checkSession(store.sessions, currentAuthority(deps), sessionId, clock());
  return grant !== null && reaches(deps, grant) ? grant : null;
}

/**
 * One that waits for its first code makes room for the next: nobody ever used it. One that is there
 * already was asked for before.
 */
export function addFactor(
  deps: JudgeDeps,
  _to: Addressed,
  { factor }: AddFactor,
): "added" | "too_many" | "refused" {
  const { store } = deps;
  const { factors } = store.secondFactors;
  if (ownSession(deps, factor.begunIn) === null) return "refused";
  if (factors.get(factor.id) !== undefined) return "added";
  const held = factorsOf(store.secondFactors).filter(isTotp);
  if (held.filter(isConfirmed).length >= MAX_FACTORS) return "too_many";
  store.atomically(() => {
    for (const { id, confirmedAt } of held) if (confirmedAt === null) factors.delete(id);
    factors.set(factor.id, factor);
  });
  return "added";
}

/**
 * Takes the first code of a factor. The session that showed it has reached `aal2`; others have not.
 * Asked again after a lost answer, it is done; it then raises no session.
 */
export function confirmFactor(
  deps: JudgeDeps,
  { userId }: Addressed,
  { proof, sessionId, recoveryCodes, cause }: ConfirmFactor,
): "first" | "another" | "wrong" | "refused" {
  const { store, clock } = deps;
  const now = clock();
  const grant = ownSession(deps, sessionId);
  const factor = store.secondFactors.factors.get(proof.id);
  if (grant === null || factor?.begunIn !== sessionId || !isTotp(factor)) return "refused";
  if (isConfirmed(factor)) {
    return factor.lastStep === proof.step ? addedBefore(store, recoveryCodes) : "wrong";
  }
  const used = codeUsed(factor, proof, now);
  if (used === null) return "wrong";
  if (!isConfirmable(factor, now)) return "refused";
  const confirmed = { ...used, confirmedAt: now };
  return keepConfirmed(deps, userId, grant, confirmed, { proof, recoveryCodes, cause });
}

/** What it was told that asked before: the codes that were kept then are shown to nobody else. */
const addedBefore = (
  { secondFactors }: Pick<UserStore, "secondFactors">,
  [code = ""]: readonly string[],
): "first" | "another" =>
  secondFactors.recoveryCodes.get(code) === undefined ? "another" : "first";

/** From here on its owner is asked for it. The session that showed it has shown a factor more. */
function keepConfirmed(
  deps: JudgeDeps,
  userId: UserId,
  grant: SessionGrant,
  factor: Factor,
  { proof, recoveryCodes, cause }: Omit<ConfirmFactor, "proof" | "sessionId"> & Proving,
): "first" | "another" {
  const { store, clock } = deps;
  const now = clock();
  const isFirst = levelOf(factorsOf(store.secondFactors)) === "aal1";
  store.atomically(() => {
    store.secondFactors.factors.set(factor.id, factor);
    if (isFirst) replaceRecoveryCodes(store.secondFactors, recoveryCodes, now);
    store.sessions.prove(factor.begunIn, provedWith(grant, proof, now));
    store.proofs.delete("factor_in_session");
    store.outbox.add(
      happened(deps, userId, cause, {
        type: "factor.added",
        data: { factor_id: factor.id, kind: factor.kind, session_id: factor.begunIn },
        mail: factorMail("factor_added"),
      }),
    );
  });
  wakeNext(deps);
  return isFirst ? "first" : "another";
}

type Proving = { readonly proof: FactorProof };

/** An answer that is wrong is the last one to its challenge, too. Of nobody nothing is kept. */
export function takeChallenge(
  deps: JudgeDeps,
  _to: Addressed,
  { challenge, endsAt, credentialId }: TakeChallenge,
): TakenChallenge {
  const { store, clock } = deps;
  const known = knownAuthority(deps);
  if (known === null || known.status === "deleted") return { kind: "spent", passkey: null };
  const passkey = passkeyWith(store, credentialId);
  const { spent } = store.secondFactors;
  const name = `challenge ${challenge}`;
  if (endsAt <= clock() || spent.get(name) !== undefined) return { kind: "spent", passkey };
  store.atomically(() => spent.set(name, endsAt));
  wakeNext(deps);
  return { kind: "taken", passkey };
}

const passkeyWith = (
  { secondFactors }: Pick<UserStore, "secondFactors">,
  credentialId: string,
): Passkey | null =>
  factorsOf(secondFactors)
    .filter(isPasskey)
    .find((one) => one.credentialId === credentialId) ?? null;

/** Its making is its first use. The same authenticator twice is refused, but where it was asked again. */
export function addPasskey(
  deps: JudgeDeps,
  { userId }: Addressed,
  { passkey, recoveryCodes, cause }: AddPasskey,
): "first" | "another" | "too_many" | "exists" | "refused" {
  const { store } = deps;
  const grant = ownSession(deps, passkey.begunIn);
  if (grant === null) return "refused";
  const same = passkeyWith(store, passkey.credentialId);
  if (same !== null) {
    return same.challenge === passkey.challenge ? addedBefore(store, recoveryCodes) : "exists";
  }
  const held = factorsOf(store.secondFactors).filter(isPasskey);
  if (held.length >= MAX_FACTORS) return "too_many";
  const { kind, id, signCount, method } = passkey;
  const proof = { kind, id, signCount, userVerified: true, method };
  return keepConfirmed(deps, userId, grant, passkey, { proof, recoveryCodes, cause });
}

export function renamePasskey(
  deps: JudgeDeps,
  _to: Addressed,
  { id, name, sessionId }: RenamePasskey,
): RenamedPasskey {
  const { factors } = deps.store.secondFactors;
  if (ownSession(deps, sessionId) === null) return { kind: "refused" };
  const factor = factors.get(id);
  if (factor === undefined || !isPasskey(factor)) return { kind: "none" };
  const passkey = { ...factor, name };
  factors.set(id, passkey);
  return { kind: "renamed", passkey };
}

/**
 * Removes one factor and ends every other session: whoever is in one may know no other factor. With
 * the last factor its recovery codes go, too. One that nobody used goes without a word.
 */
export function removeFactor(
  deps: JudgeDeps,
  { userId }: Addressed,
  { id, except, cause }: RemoveFactor,
): "removed" | "refused" {
  const { store } = deps;
  if (ownSession(deps, except) === null) return "refused";
  const factor = store.secondFactors.factors.get(id);
  if (factor === undefined) return "removed";
  store.atomically(() => {
    store.secondFactors.factors.delete(id);
    if (!isConfirmed(factor)) return;
    if (levelOf(factorsOf(store.secondFactors)) === "aal1") forgetFactors(store);
    const ended = store.sessions.removeAllExcept(except);
    store.outbox.add(
      happened(deps, userId, cause, {
        type: "factor.removed",
        data: { factor_id: id, kind: factor.kind, sessions_ended: ended },
        mail: factorMail("factor_removed"),
      }),
    );
  });
  wakeNext(deps);
  return "removed";
}

/** Lets somebody in who lost every factor. Whoever is in already is out: nobody knows who it is. */
export function resetFactors(deps: JudgeDeps, { userId }: Addressed, cause: Cause): void {
  const { store } = deps;
  const held = factorsOf(store.secondFactors);
  if (held.length === 0) return;
  const factors = held.filter(isConfirmed).length;
  store.atomically(() => {
    forgetFactors(store);
    if (factors === 0) return;
    const ended = store.sessions.removeAllExcept(null);
    store.outbox.add(
      happened(deps, userId, cause, {
        type: "factor.reset",
        data: { factors, sessions_ended: ended },
        mail: factorMail("factor_removed"),
      }),
    );
  });
  wakeNext(deps);
}

export function renewRecoveryCodes(
  deps: JudgeDeps,
  { userId }: Addressed,
  { hashes, sessionId, cause }: RenewRecoveryCodes,
): "renewed" | "none" | "refused" {
  const { store, clock } = deps;
  const { spent } = store.secondFactors;
  if (ownSession(deps, sessionId) === null) return "refused";
  if (levelOf(factorsOf(store.secondFactors)) === "aal1") return "none";
  // Asked again after a lost answer: some of them may have been used since.
  const renewal = `renewal ${hashes[0]}`;
  if (spent.get(renewal) !== undefined) return "renewed";
  store.atomically(() => {
    replaceRecoveryCodes(store.secondFactors, hashes, clock());
    spent.set(renewal, clock() + REPEATABLE);
    const what = {
      type: "factor.recovery_codes_renewed",
      mail: factorMail("factor_added"),
    } as const;
    store.outbox.add(happened(deps, userId, cause, what));
  });
  wakeNext(deps);
  return "renewed";
}

/** Proves again who it is, for a session that is open. Nothing but its assurance changes. */
export function stepUp(
  deps: JudgeDeps,
  { userId }: Addressed,
  { sessionId, proof, cause }: StepUp,
): StepUpAnswer {
  const { store, clock } = deps;
  const now = clock();
  const grant = checkSession(store.sessions, currentAuthority(deps), sessionId, now);
  if (grant === null) return { kind: "refused" };
  const take = proof === null ? () => undefined : takeProof(store.secondFactors, proof, now);
  if (take === null) return { kind: "wrong" };
  const level = levelOf(factorsOf(store.secondFactors));
  const proven = proof === null ? provedAgain(grant, level, now) : provedWith(grant, proof, now);
  // A passkey that was only touched, in a session that nothing but a passkey opened.
  if (proof !== null && !reaches(deps, proven)) return { kind: "wrong" };
  store.atomically(() => {
    take();
    store.sessions.prove(sessionId, proven);
    if (proof !== null) store.proofs.delete("factor_in_session");
    if (proof?.kind === "recovery_code") {
      store.outbox.add(happened(deps, userId, cause, recoveryCodeUsed(store)));
    }
  });
  wakeNext(deps);
  return { kind: "done", grant: { ...grant, ...proven } };
}
