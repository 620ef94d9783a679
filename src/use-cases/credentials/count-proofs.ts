import { forgottenAt, release, reserve } from "../../domain/credentials/throttle.ts";
import type { AllowedAttempt, Attempt, ProofStore, Prover } from "./ports.ts";

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
  const decision = reserve(before, now, credentialSetAt);
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
  for (const [by] of store.entries()) store.delete(by);
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

function makeRoom(store: ProofStore, limit: number): void {
  const newestFirst = [...store.entries()].sort(([, a], [, b]) => b.lastAt - a.lastAt);
  for (const [by] of newestFirst.slice(limit - 1)) store.delete(by);
}
