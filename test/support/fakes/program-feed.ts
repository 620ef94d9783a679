import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import type { Concerned, ProgramFeed } from "../../../src/use-cases/clients/ports.ts";
import type { MemoryDatabase, ProgramEntry } from "./memory-database.ts";

export function memoryProgramFeed({ serviceAccounts, programFeed }: MemoryDatabase): ProgramFeed {
  const { entries } = programFeed;
  const holds = (id: ServiceAccountId | null, role: string): boolean =>
    id !== null && (serviceAccounts.get(id)?.roles.includes(role) ?? false);
  const named = ({ account, role }: ProgramEntry): (ServiceAccountId | null)[] => {
    if (account !== null) return [account];
    const holders = [...serviceAccounts.keys()].filter((id) => holds(id, role ?? ""));
    return holders.length > 0 ? holders : [null];
  };
  const concerns = (whom: Concerned, id: ServiceAccountId | null, role: string | null): boolean => {
    if (whom.kind === "everybody") return true;
    if (whom.kind === "account") return id === whom.id;
    return role === whom.name || holds(id, whom.name);
  };
  const isDone = (whom: Concerned, told: readonly string[], entry: ProgramEntry): boolean => {
    if (whom.kind === "everybody") return true;
    if (whom.kind === "account") return entry.account === whom.id;
    return entry.account === null ? entry.role === whom.name : told.includes(entry.account);
  };

  return {
    async noted(whom) {
      const upTo = new Map<ServiceAccountId | null, number>();
      for (const [seq, entry] of entries) {
        for (const id of named(entry)) {
          if (!concerns(whom, id, entry.role)) continue;
          upTo.delete(id);
          upTo.set(id, seq);
        }
      }
      if (upTo.size === 0) return null;
      const ids = [...upTo.keys()].filter((id) => id !== null);
      return { upTo: Math.max(...upTo.values()), ids };
    },

    async forget(whom, { upTo, ids }, untold) {
      const before = [...entries].filter(([seq]) => seq <= upTo);
      for (const id of untold) {
        const own = before.filter(([, entry]) => named(entry).includes(id));
        for (const role of new Set(own.map(([, entry]) => entry.role))) {
          entries.set(++programFeed.last, { account: id, role });
        }
      }
      for (const [seq, entry] of entries) {
        if (seq <= upTo && isDone(whom, ids, entry)) entries.delete(seq);
      }
    },
  };
}
