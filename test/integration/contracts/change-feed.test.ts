import { env } from "cloudflare:workers";
import { d1ChangeFeed } from "../../../src/persistence/d1/accounts/change-feed.ts";
import { changeFeedContract } from "../../contracts/change-feed.ts";
import { emptyDatabase } from "../../support/empty-database.ts";

const mark = env.DB.prepare("insert into own_changes (user_id) values (?)");
const insert = env.DB.prepare("insert into change_feed (user_id) values (?)");

changeFeedContract(async () => ({
  feed: d1ChangeFeed(await emptyDatabase(), Date.now),
  mark: (id) => mark.bind(id).run(),
  note: (...ids) => env.DB.batch(ids.map((id) => insert.bind(id))),
}));
