import type { SigningKeys, StoredSigningKey } from "../../../src/use-cases/keys/ports.ts";

export function memorySigningKeys(): SigningKeys {
  const keys = new Map<string, StoredSigningKey>();
  const change = (
    kid: string,
    isExpected: (key: StoredSigningKey) => boolean,
    fields: Partial<StoredSigningKey>,
  ) => {
    const key = keys.get(kid);
    if (key === undefined || !isExpected(key)) return false;
    keys.set(kid, { ...key, ...fields });
    return true;
  };

  return {
    list: async () => [...keys.values()].sort((a, b) => a.sequence - b.sequence),

    async create(key) {
      const isTaken = [...keys.values()].some(
        (other) => other.kid === key.kid || other.sequence === key.sequence,
      );
      if (!isTaken) keys.set(key.kid, key);
      return !isTaken;
    },

    async schedule(kid, signsFrom) {
      const isSooner = (key: StoredSigningKey) =>
        key.revokedAt === null && (key.signsFrom === null || signsFrom < key.signsFrom);
      change(kid, isSooner, { signsFrom });
    },

    async revoke(kid, now) {
      change(kid, (key) => key.revokedAt === null, { revokedAt: now });
      return keys.has(kid);
    },

    async withdraw(kid, now) {
      const isWaiting = (key: StoredSigningKey) =>
        key.revokedAt === null && (key.signsFrom === null || now < key.signsFrom);
      return change(kid, isWaiting, { revokedAt: now });
    },

    async remove(kid) {
      keys.delete(kid);
    },

    async rewrap(kid, old, fresh) {
      change(kid, (key) => key.wrappedPrivate === old, { wrappedPrivate: fresh });
    },
  };
}
