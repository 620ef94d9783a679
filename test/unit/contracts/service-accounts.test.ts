import { serviceAccountsContract } from "../../contracts/service-accounts.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";

serviceAccountsContract(async () => {
  const db = memoryDatabase();
  return { serviceAccounts: memoryServiceAccounts(db), roles: memoryRoles(db) };
});
