import { expect, it } from "vitest";
import { d1Roles } from "../../../src/persistence/d1/access/roles.ts";
import { d1ProgramFeed } from "../../../src/persistence/d1/clients/program-feed.ts";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { programFeedContract } from "../../contracts/program-feed.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { byHand } from "../../support/feed.ts";
import { someAccount } from "../../support/service-account-samples.ts";
import { unheard } from "../../support/unheard.ts";

programFeedContract(async () => {
  const db = await emptyDatabase();
  return {
    serviceAccounts: d1ServiceAccounts(db, unheard),
    roles: d1Roles(db),
    feed: d1ProgramFeed(db),
  };
});

it("a note that is nobody's id, or of a role that nobody holds, stands in nobody's way", async () => {
  const feed = d1ProgramFeed(await emptyDatabase());
  const { id } = someAccount();
  await byHand(
    `insert into service_account_feed (service_account_id, role)
     values ('nobody', null), (null, 'unheld'), (null, null), (?, null)`,
    id,
  );
  const told = await feed.noted({ kind: "everybody" });
  expect(told?.ids).toEqual([id]);
  if (told !== null) await feed.forget({ kind: "everybody" }, told, []);
  expect(await feed.noted({ kind: "everybody" })).toBeNull();
});
