import { d1Actors } from "../../../src/persistence/d1/access/actors.ts";
import { d1Roles } from "../../../src/persistence/d1/access/roles.ts";
import { d1AccountRecord } from "../../../src/persistence/d1/accounts/account-record.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { actorsContract } from "../../contracts/actors.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { unheard } from "../../support/unheard.ts";

actorsContract(async () => {
  const db = await emptyDatabase();
  return {
    actors: d1Actors(db),
    serviceAccounts: d1ServiceAccounts(db, unheard),
    roles: d1Roles(db),
    users: d1Users(db, unheard),
    record: d1AccountRecord(db),
  };
});
