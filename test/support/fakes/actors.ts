import type { Actor } from "../../../src/domain/actor.ts";
import type { Actors } from "../../../src/use-cases/ports.ts";
import type { MemoryDatabase } from "./memory-database.ts";

export const memoryActors = (db: MemoryDatabase): Actors => ({
  stillAct: async (actor) => stillActs(db, actor),
});

/** As the condition of the statements that write. */
export function stillActs(db: MemoryDatabase, { kind, id, roles }: Actor): boolean {
  if (kind !== "user" && kind !== "service") return true;
  const accounts = kind === "user" ? [...db.users.values()].map(({ user }) => user) : [];
  const programs = kind === "service" ? [...db.serviceAccounts.values()] : [];
  const found = [...accounts, ...programs].find((account) => account.id === id);
  if (found?.status !== "active") return false;
  return roles.every((role) => found.roles.includes(role));
}
