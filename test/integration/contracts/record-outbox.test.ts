import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { database } from "../../../src/persistence/d1/database.ts";
import { d1RecordOutbox } from "../../../src/persistence/d1/events/record-outbox.ts";
import { recordOutboxContract } from "../../contracts/record-outbox.ts";
import { metered } from "../../support/metered-d1.ts";

const put = (id: string, text: string, dueAt: number) =>
  env.DB.prepare("insert into outbox (id, message, due_at) values (?, ?, ?)")
    .bind(id, text, dueAt)
    .run();

async function emptyOutbox() {
  await env.DB.prepare("delete from outbox").run();
  return d1RecordOutbox(database(env.DB));
}

recordOutboxContract(async () => ({
  outbox: await emptyOutbox(),
  put: (id, message, dueAt) => put(id, JSON.stringify(message), dueAt),
  async ids() {
    const { results } = await env.DB.prepare("select id from outbox").all<{ id: string }>();
    return results.map(({ id }) => id);
  },
}));

it.each(["null", "7", '"text"', "[]", '{"kind":"something newer"}'])(
  "a message that is %s goes to the consumer as it is, and is not kept",
  async (text) => {
    const outbox = await emptyOutbox();
    await put("strange", text, 1);
    const waiting = await outbox.claim(2, 10, "oldest");
    expect(waiting).toEqual([{ id: "strange", message: JSON.parse(text), isKept: false }]);
  },
);

it("what is no JSON holds up nobody", async () => {
  const outbox = await emptyOutbox();
  await put("a", "{", 1);
  await put("b", "{}", 1);
  expect((await outbox.claim(2, 10, "newest")).map(({ id }) => id)).toEqual(["b"]);
});

it("claiming reads no more than it gives, however many wait", async () => {
  await emptyOutbox();
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
      insert into outbox (id, message, due_at) select 'evt_' || i, '{}', 1 from n`,
  ).run();
  for (const from of ["newest", "oldest"] as const) {
    const read: number[] = [];
    const outbox = d1RecordOutbox(database(metered(env.DB, read)));
    expect(await outbox.claim(10, 100, from)).toHaveLength(100);
    expect(read[0]).toBeLessThan(1_000);
  }
});
