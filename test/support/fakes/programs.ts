import { permissionsOf } from "../../../src/domain/access/role.ts";
import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import {
  type ProgramJudge,
  type ProgramJudgeDeps,
  programJudge,
} from "../../../src/use-cases/clients/judge-program.ts";
import type {
  ProgramRecord,
  ProgramStore,
  Programs,
  StandingCopy,
} from "../../../src/use-cases/clients/ports.ts";
import type { MemoryDatabase } from "./memory-database.ts";

type Deps = Pick<ProgramJudgeDeps, "record" | "clock"> & { readonly maxAge: number };

/** The service accounts' objects: their own judge, and what it keeps in memory. */
export function memoryPrograms({ maxAge, ...deps }: Deps): Programs {
  const objects = new Map<ServiceAccountId, ProgramJudge>();
  const judgeOf = (id: ServiceAccountId): ProgramJudge => {
    const known = objects.get(id);
    if (known !== undefined) return known;
    const defer: ProgramJudgeDeps["defer"] = (work) => void work().catch(() => null);
    const judge = programJudge({ ...deps, store: memoryProgramStore(), defer });
    objects.set(id, judge);
    return judge;
  };
  return {
    find: async (id) => judgeOf(id).find({ id, maxAge }),
    noteUse: async (id, secretId, now, since) => judgeOf(id).noteUse(secretId, now, since),
    catchUp: async (id) => judgeOf(id).catchUp({ id, maxAge }),
  };
}

export function memoryProgramStore(): ProgramStore {
  let copy: StandingCopy | null = null;
  return {
    copy: () => copy,
    keep: (kept) => {
      copy = kept;
    },
    erase: async () => {
      copy = null;
    },
  };
}

export function memoryProgramRecord(db: MemoryDatabase): ProgramRecord {
  return {
    async read(id) {
      const row = db.serviceAccounts.get(id);
      if (row === undefined) return null;
      const secrets = [...db.clientSecrets.values()].filter(({ accountId }) => accountId === id);
      const { status, roles, version, tokensFrom } = row;
      return {
        id,
        status,
        roles,
        permissions: permissionsOf(roles, db.roles),
        version,
        tokensFrom,
        secrets: secrets.map(({ id, hash, lastUsedAt, expiresAt }) => ({
          id,
          hash,
          lastUsedAt,
          expiresAt,
        })),
      };
    },
  };
}
