import { Unavailable } from "../../../src/use-cases/outside.ts";
import { PROGRAM_MAX_AGE, programsContract } from "../../contracts/programs.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryProgramRecord, memoryPrograms } from "../../support/fakes/programs.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";

programsContract(async () => {
  const db = memoryDatabase();
  const { read } = memoryProgramRecord(db);
  let isAway = false;
  const record: { readonly read: typeof read } = {
    read: (id) => (isAway ? Promise.reject(new Unavailable("d1")) : read(id)),
  };
  return {
    serviceAccounts: memoryServiceAccounts(db),
    roles: memoryRoles(db),
    programs: memoryPrograms({ record, clock: Date.now, maxAge: PROGRAM_MAX_AGE }),
    outage: async (work) => {
      isAway = true;
      await work();
      isAway = false;
    },
  };
});
