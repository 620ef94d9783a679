import type { ProgramStore, StandingCopy } from "../../../use-cases/clients/ports.ts";

const COPY = "standing";

/**
 * What a service account's object keeps. It is kept in memory too, since every call reads it and
 * nobody else writes the storage.
 */
export function durableProgramStore(storage: DurableObjectStorage): ProgramStore {
  let known: StandingCopy | null | undefined;

  return {
    copy() {
      if (known === undefined) known = storage.kv.get<StandingCopy>(COPY) ?? null;
      return known;
    },

    keep(copy) {
      storage.kv.put(COPY, copy);
      known = copy;
    },

    async erase() {
      known = null;
      await storage.deleteAll();
    },
  };
}
