import { currentKey } from "../../../src/domain/keys/signing-key.ts";
import type { SigningKeys, StoredSigningKey } from "../../../src/use-cases/keys/ports.ts";

/** What became of a signing key, in virtual time. */
export type LoggedKey = {
  readonly kid: string;
  readonly sequence: number;
  /** Since when it is to sign, and whether nobody else could when that was decided. */
  signsFrom: number | null;
  isHeir: boolean;
  revokedAt: number | null;
  removedAt: number | null;
  /** The version of the root secret that it is wrapped under. */
  wrappedUnder: number;
};

/** The record of the signing keys, with a log that outlives their rows. */
export class KeyLog {
  readonly all = new Map<string, LoggedKey>();

  /** The same store, whose changes are logged as they are made. */
  logged(keys: SigningKeys, now: () => number): SigningKeys {
    const then = async <T>(wasSigning: boolean, work: Promise<T>): Promise<T> => {
      const done = await work;
      this.#look(await keys.list(), now(), wasSigning);
      return done;
    };
    const isSigning = async () => currentKey(await keys.list(), now()) !== null;
    return {
      list: keys.list,
      schedule: async (...args) => then(await isSigning(), keys.schedule(...args)),
      create: (...args) => then(true, keys.create(...args)),
      revoke: (...args) => then(true, keys.revoke(...args)),
      withdraw: (...args) => then(true, keys.withdraw(...args)),
      rewrap: (...args) => then(true, keys.rewrap(...args)),
      remove: (...args) => then(true, keys.remove(...args)),
    };
  }

  #look(rows: readonly StoredSigningKey[], now: number, wasSigning: boolean): void {
    for (const { kid, sequence, signsFrom, revokedAt, wrappedPrivate } of rows) {
      const known = this.all.get(kid);
      const isHeir = known?.isHeir === true || (signsFrom !== null && !wasSigning);
      const isNew = known?.signsFrom !== signsFrom;
      this.all.set(kid, {
        kid,
        sequence,
        signsFrom,
        isHeir: isNew ? isHeir : (known?.isHeir ?? false),
        revokedAt: revokedAt === null ? null : (known?.revokedAt ?? now),
        removedAt: null,
        wrappedUnder: Number(/^v(\d+)/.exec(wrappedPrivate)?.[1]),
      });
    }
    for (const key of this.all.values()) {
      if (!rows.some(({ kid }) => kid === key.kid)) key.removedAt ??= now;
    }
  }
}
