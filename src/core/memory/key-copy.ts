import { SYSTEM } from "../../domain/access/actor.ts";
import { isYounger } from "../../domain/time.ts";
import type { Notify } from "../../use-cases/events/ports.ts";
import type { SigningKeys, StoredSigningKey } from "../../use-cases/keys/ports.ts";
import { type Clock, type Defer, Unavailable } from "../../use-cases/outside.ts";
import { KEYS_MAX_AGE } from "../config/constants.ts";
import { ofThisRequest } from "./of-this-request.ts";

/** The age at which the copy is renewed in the background, in milliseconds. */
const KEYS_RENEWAL_AGE = KEYS_MAX_AGE / 2;

/** Milliseconds between two reloads of the keys that unknown kids may cause. */
export const KEYS_RELOAD_INTERVAL = 10_000;

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
   * Reads D1 for a kid that the copy lacks, unless that was done a moment ago.
   *
   * @returns false when the copy is as new as it gets
   * @throws Unavailable when D1 does not answer, or did not a moment ago
   */
  renewOnce(): Promise<boolean>;
  put(keys: StoredSigningKey[]): void;
  /** The next read asks D1, and what is being read now is not kept. */
  forget(): void;
};

/**
 * The isolate's copy of the signing keys. It is renewed in the background while it is young enough
 * to use, and outlives an outage of D1: old keys are better than none.
 */
export function keyCopy(deps: KeyCopyDeps): KeyCopy {
  let copy: { readonly keys: StoredSigningKey[]; readonly readAt: number } | null = null;
  let lastTry = { at: Number.NEGATIVE_INFINITY, failed: false };
  let underWay: { readonly since: number; readonly keys: Promise<StoredSigningKey[]> } | null =
    null;
  let generation = 0;

  const readD1 = async (): Promise<StoredSigningKey[]> => {
    const begun = generation;
    const readAt = deps.clock();
    let failed = true;
    try {
      const keys = await deps.keys.list();
      failed = false;
      if (begun === generation) copy = { keys, readAt };
      return keys;
    } finally {
      lastTry = { at: deps.clock(), failed };
      if (begun === generation) underWay = null;
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

    async renewOnce() {
      if (underWay === null && triedJustNow()) {
        if (lastTry.failed) throw new Unavailable("d1");
        return false;
      }
      await renew();
      return true;
    },

    put(keys) {
      generation += 1;
      underWay = null;
      copy = { keys, readAt: deps.clock() };
    },

    forget() {
      generation += 1;
      underWay = null;
      copy = null;
    },
  };
}
