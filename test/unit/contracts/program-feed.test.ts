import { programFeedContract } from "../../contracts/program-feed.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryProgramFeed } from "../../support/fakes/program-feed.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";

programFeedContract(async () => {
  const db = memoryDatabase();
  return {
    serviceAccounts: memoryServiceAccounts(db),
    roles: memoryRoles(db),
    feed: memoryProgramFeed(db),
  };
});
