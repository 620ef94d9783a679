import { d1Roles } from "../../../src/persistence/d1/access/roles.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { rolesContract } from "../../contracts/roles.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { unheard } from "../../support/unheard.ts";

rolesContract(async () => {
  const db = await emptyDatabase();
  return {
    users: d1Users(db, unheard),
    roles: d1Roles(db),
    serviceAccounts: d1ServiceAccounts(db, unheard),
  };
});
