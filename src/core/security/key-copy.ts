import {
  type Clock,
  type Defer,
  type Notify,
  type SigningKeys,
  type StoredSigningKey,
  Unavailable,
} from "../../use-cases/ports.ts";
import { KEYS_RELOAD_INTERVAL, KEYS_RENEWAL_AGE } from "../constants.ts";

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
  /** Reads D1 once more, unless that was done a moment ago; for a kid that the copy lacks. */
  renewOnce(): Promise<boolean>;
  put(keys: StoredSigningKey[]): void;
  /** The next read asks D1. */
  forget(): void;
};

/**
 * The isolate's copy of the signing keys. It is renewed behind the requests' backs while it is
 * in date, and outlives an outage of D1: yesterday's keys beat none.
 */
export function keyCopy(deps: KeyCopyDeps): KeyCopy {
  let copy: { readonly keys: StoredSigningKey[]; readonly readAt: number } | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;

  const renew = async (): Promise<StoredSigningKey[]> => {
    askedAt = deps.clock();
    copy = { keys: await deps.keys.list(), readAt: askedAt };
    return copy.keys;
  };

  /** A clock that jumped back makes the copy's age unknown, so it counts as old. */
  const isYoungerThan = (age: number, since: number): boolean => {
    const elapsed = deps.clock() - since;
    return elapsed >= 0 && elapsed < age;
  };

  const mayRenew = (): boolean => !isYoungerThan(KEYS_RELOAD_INTERVAL, askedAt);

  const renewOrKeep = async (): Promise<StoredSigningKey[]> => {
    try {
      return await renew();
    } catch (error) {
      if (copy === null || !(error instanceof Unavailable)) throw error;
      deps.notify({ event: "signing_keys_stale" });
      return copy.keys;
    }
  };

  return {
    async read(maxAge) {
      if (copy === null || !isYoungerThan(maxAge, copy.readAt)) return renewOrKeep();
      const isAging = !isYoungerThan(KEYS_RENEWAL_AGE, copy.readAt);
      if (isAging && mayRenew()) deps.defer(renew());
      return copy.keys;
    },

    async renewOnce() {
      if (!mayRenew()) return false;
      await renewOrKeep();
      return true;
    },

    put(keys) {
      copy = { keys, readAt: deps.clock() };
    },

    forget() {
      copy = null;
    },
  };
}
