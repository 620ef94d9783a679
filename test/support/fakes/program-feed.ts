import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import type { Concerned, ProgramFeed } from "../../../src/use-cases/clients/ports.ts";
import type { MemoryDatabase } from "./memory-database.ts";

export function memoryProgramFeed({ serviceAccounts, programFeed }: MemoryDatabase): ProgramFeed {
  const concerns = (whom: Concerned, id: ServiceAccountId): boolean => {
    if (whom.kind === "everybody") return true;
    if (whom.kind === "account") return id === whom.id;
    return serviceAccounts.get(id)?.roles.includes(whom.name) ?? false;
  };

  return {
    async noted(whom) {
      const found = [...programFeed.entries].filter(([, id]) => concerns(whom, id));
      if (found.length === 0) return null;
      const upTo = Math.max(...found.map(([seq]) => seq));
      return { upTo, ids: [...new Set(found.map(([, id]) => id))] };
    },

    async forget(_, { upTo, ids }, untold) {
      for (const id of untold) programFeed.entries.set(++programFeed.last, id);
      for (const [seq, id] of programFeed.entries) {
        if (seq <= upTo && ids.includes(id)) programFeed.entries.delete(seq);
      }
    },
  };
}
