import { d1Roles } from "../../../src/persistence/d1/access/roles.ts";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { serviceAccountsContract } from "../../contracts/service-accounts.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { unheard } from "../../support/unheard.ts";

serviceAccountsContract(async () => {
  const db = await emptyDatabase();
  return { serviceAccounts: d1ServiceAccounts(db, unheard), roles: d1Roles(db) };
});
