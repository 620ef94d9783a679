import {
  FREE_FACTOR_TRIES,
  FREE_TRIES,
  forgottenAt,
  release,
  reserve,
} from "../../domain/credentials/throttle.ts";
import type { AllowedAttempt, Attempt, FactorProver, ProofStore, Prover } from "./ports.ts";

const FACTOR_PROVERS: readonly Prover[] = [
  "factor_in_session",
  "totp",
  "passkey",
  "passkey_alone",
  "recovery_code",
] satisfies FactorProver[];

export const isFactorProver = (by: Prover): boolean => FACTOR_PROVERS.includes(by);

/**
 * Counts a try to prove a user's password by somebody known here: inside the sessions, or by a
 * session's token at sign-in. Every call is one synchronous step.
 *
 * @param limit of the provers that are remembered; the one idle for longest makes room
 */
export function reserveProof(
  store: ProofStore,
  by: Prover,
  now: number,
  limit: number,
  credentialSetAt?: number,
): Attempt {
  const before = store.get(by) ?? null;
  const free = isFactorProver(by) ? FREE_FACTOR_TRIES : FREE_TRIES;
  const decision = reserve(before, now, credentialSetAt, free);
  if (decision.kind !== "allowed") return decision;
  if (before === null) makeRoom(store, limit);
  store.set(by, decision.state);
  return { kind: "allowed", before, reserved: decision.state };
}

export function releaseProof(store: ProofStore, by: Prover, attempt: AllowedAttempt): void {
  const state = release(store.get(by) ?? null, attempt.before, attempt.reserved);
  if (state === null) store.delete(by);
  else store.set(by, state);
}

export function clearAllProofs(store: ProofStore): void {
  for (const [by] of [...store.entries()]) store.delete(by);
}

export function clearFactorProofs(store: ProofStore): void {
  for (const by of FACTOR_PROVERS) store.delete(by);
}

/**
 * A password that was set by mail forgives what was tried at the one before. Codes of six digits
 * are not forgiven: whoever reads somebody's mail would guess on for ever.
 */
export function clearPasswordProofs(store: ProofStore): void {
  const stays: readonly Prover[] = ["totp", "factor_in_session"];
  for (const [by] of [...store.entries()]) if (!stays.includes(by)) store.delete(by);
}

export function purgeProofs(store: ProofStore, now: number): void {
  for (const [by, state] of store.entries()) {
    if (forgottenAt(state) <= now) store.delete(by);
  }
}

/** When the next count is forgotten (Unix milliseconds), or null when there is none. */
export function nextForgotten(store: ProofStore): number | null {
  const times = [...store.entries()].map(([, state]) => forgottenAt(state));
  return times.length === 0 ? null : Math.min(...times);
}

/** Those of devices alone make room: whoever holds many tokens could clear another count with them. */
function makeRoom(store: ProofStore, limit: number): void {
  const devices = [...store.entries()].filter(([by]) => by !== "session" && !isFactorProver(by));
  const newestFirst = devices.sort(([, a], [, b]) => b.lastAt - a.lastAt);
  for (const [by] of newestFirst.slice(limit - 1)) store.delete(by);
}
