import { d1AccountRecord } from "../../../src/persistence/d1/accounts/account-record.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { usersContract } from "../../contracts/users.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { unheard } from "../../support/unheard.ts";

usersContract(async () => {
  const db = await emptyDatabase();
  return { users: d1Users(db, unheard), record: d1AccountRecord(db) };
});
