import type { ProgramStore, StandingCopy } from "../../../use-cases/clients/ports.ts";

/** With the number of its format: another one makes every copy of this one unknown. */
const COPY = "standing/1";

/**
 * What a service account's object keeps. Nothing is kept in memory: an instance that was replaced
 * learns so when it touches its storage, and must vouch for nobody.
 */
export const durableProgramStore = (storage: DurableObjectStorage): ProgramStore => ({
  copy: () => storage.kv.get<StandingCopy>(COPY) ?? null,
  keep: (copy) => storage.kv.put(COPY, copy),
  erase: () => storage.deleteAll(),
});
