/**
 * The life of a signing key, read off its timestamps alone: no step has to be taken in time
 * for a key to start or stop signing. Times are Unix milliseconds.
 */
export type SigningKey = {
  readonly kid: string;
  readonly alg: SigningAlg;
  /** Position in the chain, from 1; unique, so of two rotations at once one wins. */
  readonly sequence: number;
  readonly createdAt: number;
  /** Set once the key is published: it signs from then on, until a later key does. */
  readonly signsFrom: number | null;
  readonly revokedAt: number | null;
};

export type SigningAlg = "ES256" | "EdDSA";

export type SigningKeyState = "next" | "current" | "retired" | "gone" | "revoked";

/** Durations in milliseconds. */
export type SigningKeyPolicy = {
  readonly alg: SigningAlg;
  readonly rotationInterval: number;
  /** How long a key is public before it signs. */
  readonly publishAhead: number;
  /** How long any token may live after it was signed, with every leeway and cache counted in. */
  readonly tokenLifetime: number;
};

/**
 * Revoked keys that are kept for the lists, the newest: revoking over and over must not fill the
 * table.
 */
export const MAX_REVOKED_KEYS = 20;

/** Milliseconds by which a current key may outstay its interval before the service says so. */
const OVERDUE_AFTER = 24 * 60 * 60 * 1_000;

/**
 * The key that signs at `now`: of those whose time has come, the last in the chain. When that
 * one is revoked there is none: an older key is not woken up again.
 */
export function currentKey<K extends SigningKey>(keys: readonly K[], now: number): K | null {
  const signer = lastSigner(keys, now);
  return signer?.revokedAt === null ? signer : null;
}

export function stateOf(
  key: SigningKey,
  keys: readonly SigningKey[],
  now: number,
  policy: SigningKeyPolicy,
): SigningKeyState {
  if (key.revokedAt !== null) return "revoked";
  const signer = lastSigner(keys, now);
  if (signer?.kid === key.kid) return "current";
  if (signer === null || key.sequence > signer.sequence) return "next";
  return now < verifiesUntil(key, keys, policy) ? "retired" : "gone";
}

/** The keys that verifiers must know: every one that signs, may soon, or has signed a live token. */
export function publishedKeys<K extends SigningKey>(
  keys: readonly K[],
  now: number,
  policy: SigningKeyPolicy,
): K[] {
  return keys.filter((key) => {
    const state = stateOf(key, keys, now, policy);
    return state === "next" || state === "current" || state === "retired";
  });
}

/** When the last token that a superseded key signed is dead. */
export function verifiesUntil(
  key: SigningKey,
  keys: readonly SigningKey[],
  policy: SigningKeyPolicy,
): number {
  const takeovers = keys.filter((other) => other.sequence > key.sequence).map(signsSince);
  // Of several successors the first took over; one that was revoked later did so all the same.
  return Math.min(...takeovers, Number.POSITIVE_INFINITY) + policy.tokenLifetime;
}

/**
 * Keys that wait to sign with an algorithm that is configured no more: they never shall, so they
 * are revoked before their time. One that signs by now goes on until its heir does.
 */
export function withdrawnKeys<K extends SigningKey>(
  keys: readonly K[],
  now: number,
  policy: SigningKeyPolicy,
): K[] {
  return waitingKeys(keys, now).filter((key) => key.alg !== policy.alg);
}

export type RotationPlan = {
  /** Revoke these, unless they sign by then. */
  readonly withdraw: readonly string[];
  /** Make a key with this place in the chain. */
  readonly create: { readonly sequence: number } | null;
  /** Publish these and let them sign from the time given. */
  readonly schedule: readonly { readonly kid: string; readonly signsFrom: number }[];
  /** Forget these: nothing they signed is alive. */
  readonly remove: readonly string[];
  readonly overdue: boolean;
};

/**
 * What is to be done about the keys now. Asking twice, late or never does no harm: the plan
 * follows from the timestamps, and is empty when there is nothing to do.
 *
 * @param force rotate now, without waiting for the interval
 */
export function planRotation(
  keys: readonly SigningKey[],
  now: number,
  policy: SigningKeyPolicy,
  force = false,
): RotationPlan {
  const current = currentKey(keys, now);
  const waiting = waitingKeys(keys, now).filter((key) => key.alg === policy.alg);
  const due = current !== null && (force || isDue(current, now, policy));
  const needed = waiting.length === 0 && (current === null || due);
  return {
    withdraw: withdrawnKeys(keys, now, policy).map((key) => key.kid),
    create: needed ? { sequence: 1 + Math.max(0, ...keys.map((key) => key.sequence)) } : null,
    schedule: scheduleOf(waiting, current, now, policy),
    remove: keys.filter((key) => isForgettable(key, keys, now, policy)).map((key) => key.kid),
    overdue:
      current !== null && now >= signsSince(current) + policy.rotationInterval + OVERDUE_AFTER,
  };
}

function isDue(current: SigningKey, now: number, policy: SigningKeyPolicy): boolean {
  if (current.alg !== policy.alg) return true;
  return now >= successorDueAt(current, policy);
}

/** When the successor of a key that signs is made, unless the algorithm changes before. */
export const successorDueAt = (current: SigningKey, policy: SigningKeyPolicy): number =>
  signsSince(current) + policy.rotationInterval - policy.publishAhead;

/**
 * With no key that signs there is nobody to wait for: the first key of a new service, and the
 * replacement of a revoked one, sign at once. Of several that wait it is the one published
 * longest: after a clock jumped back, the key that signed until then, which verifiers know.
 */
function scheduleOf(
  waiting: readonly SigningKey[],
  current: SigningKey | null,
  now: number,
  policy: SigningKeyPolicy,
): RotationPlan["schedule"] {
  const heir = current === null ? earliest(waiting) : null;
  return waiting
    .filter((key) => key === heir || key.signsFrom === null)
    .map((key) => ({
      kid: key.kid,
      signsFrom: key === heir ? now : now + policy.publishAhead,
    }));
}

/**
 * A revoked key stays for an interval, so that lists show it: its tokens are dead at once. While
 * nobody signs in its place it must stay, or the one before it would be woken up.
 */
function isForgettable(
  key: SigningKey,
  keys: readonly SigningKey[],
  now: number,
  policy: SigningKeyPolicy,
): boolean {
  const { revokedAt } = key;
  if (revokedAt === null) return stateOf(key, keys, now, policy) === "gone";
  if (lastSigner(keys, now) === key) return false;
  const isOld = now >= revokedAt + policy.rotationInterval;
  return isOld || keys.filter((other) => wasRevokedAfter(other, key)).length >= MAX_REVOKED_KEYS;
}

/** Of two that were revoked at once, the later in the chain. */
function wasRevokedAfter(other: SigningKey, key: SigningKey): boolean {
  const [a, b] = [other.revokedAt, key.revokedAt];
  if (a === null || b === null) return false;
  return a > b || (a === b && other.sequence > key.sequence);
}

/** Those that come after whoever signs, or signed last. */
function waitingKeys<K extends SigningKey>(keys: readonly K[], now: number): K[] {
  const reached = lastSigner(keys, now)?.sequence ?? 0;
  return keys.filter((key) => key.revokedAt === null && key.sequence > reached);
}

function lastSigner<K extends SigningKey>(keys: readonly K[], now: number): K | null {
  return latest(keys.filter((key) => signsSince(key) <= now));
}

/** When the key's time to sign comes, or never: it is not scheduled, or was revoked before. */
function signsSince({ signsFrom, revokedAt }: SigningKey): number {
  if (signsFrom === null) return Number.POSITIVE_INFINITY;
  return revokedAt !== null && revokedAt < signsFrom ? Number.POSITIVE_INFINITY : signsFrom;
}

const bySequence = (a: SigningKey, b: SigningKey): number => a.sequence - b.sequence;

const earliest = <K extends SigningKey>(keys: readonly K[]): K | null =>
  keys.toSorted(bySequence)[0] ?? null;

const latest = <K extends SigningKey>(keys: readonly K[]): K | null =>
  keys.toSorted(bySequence).at(-1) ?? null;
