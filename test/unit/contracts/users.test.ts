import { usersContract } from "../../contracts/users.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryUsers } from "../../support/fakes/users.ts";

usersContract(async () => {
  const db = memoryDatabase();
  return { users: memoryUsers(db), record: memoryAccountRecord(db) };
});
