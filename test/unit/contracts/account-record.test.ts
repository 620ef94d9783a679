import { accountRecordContract } from "../../contracts/account-record.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryUsers } from "../../support/fakes/users.ts";

accountRecordContract(async () => {
  const db = memoryDatabase();
  return { users: memoryUsers(db), record: memoryAccountRecord(db) };
});
