import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { database } from "../../../src/persistence/d1/database.ts";
import { d1RecordOutbox } from "../../../src/persistence/d1/events/record-outbox.ts";
import { recordOutboxContract } from "../../contracts/record-outbox.ts";

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
    const waiting = await outbox.due(2, 10);
    expect(waiting).toEqual([{ id: "strange", message: JSON.parse(text), isKept: false }]);
    await outbox.postpone(["strange"], 5);
  },
);

it("what is no JSON holds up nobody", async () => {
  const outbox = await emptyOutbox();
  await put("a", "{", 1);
  await put("b", "{}", 1);
  expect((await outbox.due(2, 10)).map(({ id }) => id)).toEqual(["b"]);
});
