import type { ProgramStore, StandingCopy } from "../../../use-cases/clients/ports.ts";

/** With the number of the format: code with another one finds no copy, and reads D1. */
const COPY = "standing/1";

/**
 * What a service account's object keeps. No copy is kept in memory: an instance that was replaced
 * learns so when it touches its storage, and must vouch for nobody.
 */
export const durableProgramStore = (storage: DurableObjectStorage): ProgramStore => ({
  copy: () => storage.kv.get<StandingCopy>(COPY) ?? null,
  keep: (copy) => storage.kv.put(COPY, copy),
  erase: () => storage.deleteAll(),
});
