import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertUser, signIn } from "../../support/client.ts";

const run = (statement: string, ...values: unknown[]) =>
  env.DB.prepare(statement)
    .bind(...values)
    .run();

let serial = 0;

/** @param before what is written before the triggers come */
async function migrated(before: () => Promise<unknown>): Promise<void> {
  const { results } = await run("select name from sqlite_master where type = 'trigger'");
  for (const { name } of results) await run(`drop trigger ${name}`);
  await before();
  const guards = env.MIGRATIONS.filter(({ name }) => name.startsWith("0004"));
  await applyD1Migrations(env.DB, guards, `again_${++serial}`);
}

const emailsOf = async (...ids: string[]) => {
  const list = JSON.stringify(ids);
  const sql = "select email from users where id in (select value from json_each(?)) order by rowid";
  return (await run(sql, list)).results.map((row) => row["email"]);
};

const SET = "update users set email = ? where id = ?";

describe("ACC-07 an address that was written by hand in mixed letters, when the triggers come,", () => {
  it("gets its one spelling: its owner signs in, and nobody registers it again", async () => {
    const { id, email } = await insertUser(["user"]);
    await migrated(() => run(SET, email.toUpperCase(), id));
    expect(await emailsOf(id)).toEqual([email]);
    expect((await signIn(email)).id).toBe(id);
    await expect(insertUser(["user"], email)).rejects.toThrow(/UNIQUE/);
  });

  it("stays as it is where another account has that: nothing fails and nobody's is taken", async () => {
    const [one, two, three] = [await insertUser([]), await insertUser([]), await insertUser([])];
    const spellings = [one.email, one.email.replace("ins", "Ins"), one.email.replace("ins", "INS")];
    await migrated(async () => {
      await run(SET, spellings[1], two.id);
      await run(SET, spellings[2], three.id);
    });
    expect(await emailsOf(one.id, two.id, three.id)).toEqual(spellings);
    await expect(run(SET, spellings[2], two.id)).rejects.toThrow("users.email is not");
  });
});
