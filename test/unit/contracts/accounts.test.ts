import { accountsContract } from "../../contracts/accounts.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { memoryAccounts } from "../../support/fakes/accounts.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryUsers } from "../../support/fakes/users.ts";
import { ACCOUNT_POLICY } from "../../support/samples.ts";

accountsContract(async () => {
  const db = memoryDatabase();
  const record = memoryAccountRecord(db);
  const accounts = memoryAccounts({ record, policy: ACCOUNT_POLICY, clock: Date.now });
  return { users: memoryUsers(db), record, accounts };
});
