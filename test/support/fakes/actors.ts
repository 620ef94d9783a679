import type { Actors } from "../../../src/use-cases/access/ports.ts";
import { stillActs } from "./conditions.ts";
import type { MemoryDatabase } from "./memory-database.ts";

export const memoryActors = (db: MemoryDatabase): Actors => ({
  stillAct: async (actor) => stillActs(db, actor),
});
