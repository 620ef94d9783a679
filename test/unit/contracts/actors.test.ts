import { actorsContract } from "../../contracts/actors.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { memoryActors } from "../../support/fakes/actors.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";
import { memoryUsers } from "../../support/fakes/users.ts";

actorsContract(async () => {
  const db = memoryDatabase();
  return {
    actors: memoryActors(db),
    serviceAccounts: memoryServiceAccounts(db),
    roles: memoryRoles(db),
    users: memoryUsers(db),
    record: memoryAccountRecord(db),
  };
});
