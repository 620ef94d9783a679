import { env } from "cloudflare:workers";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { d1DeadLetters } from "../../../src/persistence/d1/events/dead-letters.ts";
import { deadLettersContract } from "../../contracts/dead-letters.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { someUser } from "../../support/samples.ts";
import { unheard } from "../../support/unheard.ts";

deadLettersContract(async () => {
  const db = await emptyDatabase();
  await env.DB.prepare("delete from dead_letters").run();
  return {
    letters: d1DeadLetters(db),
    async somebody() {
      const user = someUser();
      await d1Users(db, unheard).create(user);
      return user.id;
    },
    async kept() {
      const { results } = await env.DB.prepare("select id, message from dead_letters").all<{
        id: string;
        message: string;
      }>();
      return Object.fromEntries(results.map(({ id, message }) => [id, JSON.parse(message)]));
    },
  };
});
