import type { Actor } from "../../domain/access/actor.ts";
import {
  currentKey,
  planRotation,
  type RotationPlan,
  type SigningKeyPolicy,
} from "../../domain/keys/signing-key.ts";
import type { Happening, Notify } from "../events/ports.ts";
import type { Clock } from "../outside.ts";
import type { Jwks, JwksCache, KeyMaker, SigningKeys, StoredSigningKey } from "./ports.ts";
import { jwksOf } from "./published-set.ts";

export type RotationDeps = {
  readonly keys: SigningKeys;
  readonly keyMaker: KeyMaker;
  readonly jwksCache: JwksCache;
  readonly clock: Clock;
  readonly policy: SigningKeyPolicy;
  readonly notify: Notify;
};

type Run = Omit<RotationDeps, "notify"> & {
  readonly actor: Actor;
  readonly tell: (what: Happening) => void;
};

/**
 * Brings the keys to the states that their timestamps ask for: withdraws those of another
 * configuration, creates what is missing, publishes, schedules, removes, rewraps. A crash between
 * two steps leaves a state that the next run goes on from. A key is scheduled only after it was
 * published, unless no other can sign.
 *
 * @param force start a rotation now, without waiting for the interval
 * @returns the keys as they stand afterwards
 */
export async function carryOutRotation(
  { notify, ...outside }: RotationDeps,
  actor: Actor,
  force = false,
): Promise<StoredSigningKey[]> {
  const deps: Run = { ...outside, actor, tell: (what) => notify({ ...what, actor }) };
  const first = plan(deps, await deps.keys.list(), force);
  await withdrawAll(deps, first);
  await createMissing(deps, first);
  const keys = await deps.keys.list();
  const shown = await publish(deps, keys).catch((error) => signUnpublished(deps, keys, error));
  const { schedule, remove, overdue } = plan(deps, keys);
  await scheduleAll(deps, schedule);
  for (const kid of remove) {
    await deps.keys.remove(kid, actor);
    deps.tell({ event: "signing_key_removed", kid });
  }
  await rewrapOld(deps, keys);
  const current = currentKey(keys, deps.clock());
  if (overdue && current) deps.tell({ event: "signing_key_overdue", kid: current.kid });
  return publishChanges(deps, shown);
}

function plan(deps: Run, keys: readonly StoredSigningKey[], force = false): RotationPlan {
  return planRotation(keys, deps.clock(), deps.policy, force);
}

/** First of all: a withdrawn key is in no set from here on. */
async function withdrawAll(deps: Run, { withdraw }: RotationPlan): Promise<void> {
  for (const kid of withdraw) {
    const isDone = await deps.keys.withdraw(kid, deps.clock(), deps.actor);
    if (isDone) deps.tell({ event: "signing_key_withdrawn", kid });
  }
}

/** Of two runs that create the same place in the chain one wins; the other's key is never used. */
async function createMissing(deps: Run, { create }: RotationPlan): Promise<void> {
  if (create === null) return;
  const made = await deps.keyMaker.create(deps.policy.alg);
  const key = {
    ...made,
    alg: deps.policy.alg,
    sequence: create.sequence,
    createdAt: deps.clock(),
    signsFrom: null,
    revokedAt: null,
  };
  const won = await deps.keys.create(key, deps.actor);
  if (won) deps.tell({ event: "signing_key_created", kid: made.kid });
}

/** Written in every run: a stale set in the cache is replaced within the hour. */
async function publish(deps: Run, keys: readonly StoredSigningKey[]): Promise<Jwks> {
  const jwks = jwksOf(keys, deps.clock(), deps.policy);
  await deps.jwksCache.write(jwks);
  return jwks;
}

/**
 * If no key signs, a cache that cannot be written would stop every sign-in. The successor then
 * signs unpublished, since verifiers can get it from D1. The error is thrown on, so that the caller
 * repeats the run: until one publishes, the cache lacks the key.
 */
async function signUnpublished(
  deps: Run,
  keys: readonly StoredSigningKey[],
  error: unknown,
): Promise<never> {
  if (currentKey(keys, deps.clock()) === null) {
    deps.tell({ event: "jwks_not_published" });
    const { schedule } = plan(deps, keys);
    const now = deps.clock();
    await scheduleAll(
      deps,
      schedule.filter(({ signsFrom }) => signsFrom <= now),
    );
  }
  throw error;
}

async function scheduleAll(deps: Run, schedule: RotationPlan["schedule"]): Promise<void> {
  for (const { kid, signsFrom } of schedule) {
    await deps.keys.schedule(kid, signsFrom, deps.actor);
    deps.tell({ event: "signing_key_scheduled", kid });
  }
}

/**
 * A parallel run may have published a newer set. Each run looks again after writing, so the last
 * writer leaves the truth.
 */
async function publishChanges(deps: Run, written: Jwks): Promise<StoredSigningKey[]> {
  for (let shown = written; ; ) {
    const keys = await deps.keys.list();
    if (sameKeys(shown, jwksOf(keys, deps.clock(), deps.policy))) return keys;
    shown = await publish(deps, keys);
  }
}

const sameKeys = (a: Jwks, b: Jwks): boolean =>
  a.keys.map((key) => key.kid).join() === b.keys.map((key) => key.kid).join();

/** A key whose root secret is gone is reported and kept: restoring the secret saves it. */
async function rewrapOld(deps: Run, keys: readonly StoredSigningKey[]): Promise<void> {
  for (const key of keys) {
    const { kid } = key;
    const outcome = await deps.keyMaker.rewrap(key);
    if (outcome.kind === "unreadable") deps.tell({ event: "signing_key_unreadable", kid });
    if (outcome.kind !== "rewrapped") continue;
    await deps.keys.rewrap(kid, key.wrappedPrivate, outcome.wrapped, deps.actor);
    deps.tell({ event: "signing_key_rewrapped", kid });
  }
}
