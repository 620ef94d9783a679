import { SYSTEM } from "../../domain/access/actor.ts";
import { CLOCK_LEEWAY, isYounger } from "../../domain/time.ts";
import type { Notify } from "../../use-cases/events/ports.ts";
import type { SigningKeys, StoredSigningKey } from "../../use-cases/keys/ports.ts";
import { type Clock, type Defer, Unavailable } from "../../use-cases/outside.ts";
import { KEYS_MAX_AGE } from "../config/constants.ts";
import { ofThisRequest } from "./of-this-request.ts";

/** The age at which the copy is renewed in the background, in milliseconds. */
const KEYS_RENEWAL_AGE = KEYS_MAX_AGE / 2;

/** Milliseconds between two reloads of the keys that unknown kids may cause, and after an outage. */
export const KEYS_RELOAD_INTERVAL = 10_000;

/** Milliseconds by which whoever says when a token was issued may be behind. */
const LEEWAY = CLOCK_LEEWAY * 1_000;

/** Milliseconds. */
const LONGEST_READING = 5_000;

export type KeyCopyDeps = {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly defer: Defer;
  readonly notify: Notify;
};

export type KeyCopy = {
  /**
   * @param maxAge milliseconds above which the caller waits for D1
   * @throws Unavailable when there is no copy and D1 does not answer
   */
  read(maxAge: number): Promise<StoredSigningKey[]>;
  /** The copy as it is, or null when there is none that is younger. */
  atHand(maxAge: number): StoredSigningKey[] | null;
  /**
   * Whether a key of that kid may be missing that was there at a time. One that the copy has in
   * whatever state is not.
   */
  mayLack(kid: string, time: number): boolean;
  /**
   * Reads D1 for a kid that the copy lacks, at most once an interval.
   *
   * @returns false when the reading had begun before, so that the copy may lack the kid still
   * @throws Unavailable when D1 does not answer, or was asked for another kid a moment ago
   */
  renewOnce(): Promise<boolean>;
  put(keys: StoredSigningKey[]): void;
  /** The next read asks D1, and what is being read now is not kept. */
  forget(): void;
};

/** @property order which of two readings began later: the clock may jump back, this does not */
type Copy = {
  readonly keys: StoredSigningKey[];
  readonly readAt: number;
  readonly order: number;
};

/**
 * The isolate's copy of the signing keys. It is renewed in the background while it is young enough
 * to use, and outlives an outage of D1: old keys are better than none.
 */
export function keyCopy(deps: KeyCopyDeps): KeyCopy {
  let copy: Copy | null = null;
  let lastTry = { at: Number.NEGATIVE_INFINITY, failed: false };
  let underWay: { readonly since: number; readonly keys: Promise<StoredSigningKey[]> } | null =
    null;
  let lastReload = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let readings = 0;

  const readD1 = async (): Promise<StoredSigningKey[]> => {
    const begun = generation;
    const [readAt, order] = [deps.clock(), ++readings];
    let failed = true;
    try {
      const keys = await deps.keys.list();
      failed = false;
      if (begun === generation && order > (copy?.order ?? 0)) copy = { keys, readAt, order };
      return keys;
    } finally {
      lastTry = { at: deps.clock(), failed };
      if (order === readings) underWay = null;
    }
  };

  /**
   * One reading at a time serves every request that wants one. It is deferred, so that it goes on
   * when the request that began it is gone; one that takes too long is not waited for by others.
   */
  const renew = (): Promise<StoredSigningKey[]> => {
    if (underWay !== null && isYoungerThan(LONGEST_READING, underWay.since)) {
      return ofThisRequest(underWay.keys);
    }
    return begin();
  };

  const begin = (): Promise<StoredSigningKey[]> => {
    const keys = readD1();
    underWay = { since: deps.clock(), keys };
    deps.defer(() => keys.catch(() => undefined));
    return keys;
  };

  const isYoungerThan = (age: number, since: number): boolean =>
    isYounger(since, deps.clock(), age);

  const triedJustNow = (): boolean => isYoungerThan(KEYS_RELOAD_INTERVAL, lastTry.at);

  const renewOrKeep = async (): Promise<StoredSigningKey[]> => {
    if (copy !== null && lastTry.failed && triedJustNow()) return copy.keys;
    try {
      return await renew();
    } catch (error) {
      if (copy === null || !(error instanceof Unavailable)) throw error;
      deps.notify({ event: "signing_keys_stale", actor: SYSTEM });
      return copy.keys;
    }
  };

  return {
    async read(maxAge) {
      if (copy === null || !isYoungerThan(maxAge, copy.readAt)) return renewOrKeep();
      const isAging = !isYoungerThan(KEYS_RENEWAL_AGE, copy.readAt);
      if (isAging && !triedJustNow()) {
        renew().catch(() => deps.notify({ event: "signing_keys_stale", actor: SYSTEM }));
      }
      return copy.keys;
    },

    atHand: (maxAge) => (copy !== null && isYoungerThan(maxAge, copy.readAt) ? copy.keys : null),

    mayLack(kid, time) {
      if (copy === null || copy.readAt > deps.clock()) return true;
      return copy.readAt < time + LEEWAY && !copy.keys.some((key) => key.kid === kid);
    },

    async renewOnce() {
      if (lastTry.failed && triedJustNow()) throw new Unavailable("d1");
      const isSpent = isYoungerThan(KEYS_RELOAD_INTERVAL, lastReload);
      if (isSpent && underWay === null) throw new Unavailable("signing keys");
      if (!isSpent) lastReload = deps.clock();
      await (isSpent ? renew() : begin());
      return !isSpent;
    },

    put(keys) {
      generation += 1;
      underWay = null;
      copy = { keys, readAt: deps.clock(), order: ++readings };
    },

    forget() {
      generation += 1;
      underWay = null;
      copy = null;
    },
  };
}
