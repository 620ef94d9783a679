import { changeFeedContract } from "../../contracts/change-feed.ts";
import { memoryChangeFeed } from "../../support/fakes/change-feed.ts";

changeFeedContract(async () => {
  const feed = memoryChangeFeed();
  return { feed, note: feed.note, mark: feed.mark };
});
