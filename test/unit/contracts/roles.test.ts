import { rolesContract } from "../../contracts/roles.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";
import { memoryUsers } from "../../support/fakes/users.ts";

rolesContract(async () => {
  const db = memoryDatabase();
  return {
    users: memoryUsers(db),
    roles: memoryRoles(db),
    serviceAccounts: memoryServiceAccounts(db),
  };
});
