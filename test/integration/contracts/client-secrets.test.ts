import { d1Roles } from "../../../src/persistence/d1/access/roles.ts";
import { d1AccountRecord } from "../../../src/persistence/d1/accounts/account-record.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { clientSecretsContract } from "../../contracts/client-secrets.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { unheard } from "../../support/unheard.ts";

clientSecretsContract(async () => {
  const db = await emptyDatabase();
  return {
    serviceAccounts: d1ServiceAccounts(db, unheard),
    roles: d1Roles(db),
    users: d1Users(db, unheard),
    record: d1AccountRecord(db),
  };
});
