import { env } from "cloudflare:workers";
import { d1AccountRecord } from "../../../src/persistence/d1/accounts/account-record.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { durableAccounts } from "../../../src/persistence/durable/accounts/accounts.ts";
import { accountsContract } from "../../contracts/accounts.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { ACCOUNT_POLICY } from "../../support/samples.ts";
import { unheard } from "../../support/unheard.ts";

accountsContract(async () => {
  const db = await emptyDatabase();
  const accounts = durableAccounts(env.USERS, ACCOUNT_POLICY);
  return { users: d1Users(db, unheard), record: d1AccountRecord(db), accounts };
});
