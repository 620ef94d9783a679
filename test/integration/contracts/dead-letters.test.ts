import { env } from "cloudflare:workers";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { d1DeadLetters } from "../../../src/persistence/d1/events/dead-letters.ts";
import { deadLettersContract } from "../../contracts/dead-letters.ts";
import { quietDatabase } from "../../support/empty-database.ts";
import { someUser } from "../../support/samples.ts";
import { unheard } from "../../support/unheard.ts";

deadLettersContract(async () => {
  const db = await quietDatabase();
  return {
    letters: d1DeadLetters(db),
    async somebody() {
      const user = someUser();
      await d1Users(db, unheard).create(user);
      return user.id;
    },
    async kept() {
      const { results } = await env.QUIET_DB.prepare("select id, message from dead_letters").all<{
        id: string;
        message: string;
      }>();
      return Object.fromEntries(results.map(({ id, message }) => [id, JSON.parse(message)]));
    },
  };
});
