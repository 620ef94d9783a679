import { env } from "cloudflare:workers";
import { d1Roles } from "../../../src/persistence/d1/access/roles.ts";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { durablePrograms } from "../../../src/persistence/durable/clients/programs.ts";
import { PROGRAM_MAX_AGE, programsContract } from "../../contracts/programs.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { withoutTable } from "../../support/storage.ts";
import { unheard } from "../../support/unheard.ts";

programsContract(async () => {
  const db = await emptyDatabase();
  return {
    serviceAccounts: d1ServiceAccounts(db, unheard),
    roles: d1Roles(db),
    programs: durablePrograms(env.SERVICE_ACCOUNTS, PROGRAM_MAX_AGE),
    outage: (work) => withoutTable("service_accounts", work),
  };
});
