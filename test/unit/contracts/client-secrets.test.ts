import { clientSecretsContract } from "../../contracts/client-secrets.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";
import { memoryUsers } from "../../support/fakes/users.ts";

clientSecretsContract(async () => {
  const db = memoryDatabase();
  return {
    serviceAccounts: memoryServiceAccounts(db),
    roles: memoryRoles(db),
    users: memoryUsers(db),
    record: memoryAccountRecord(db),
  };
});
