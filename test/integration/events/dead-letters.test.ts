import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { NO_REQUEST } from "../../../src/domain/access/actor.ts";
import type { Event } from "../../../src/domain/events/event.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { d1Users } from "../../../src/persistence/d1/accounts/users.ts";
import { database } from "../../../src/persistence/d1/database.ts";
import { d1DeadLetters } from "../../../src/persistence/d1/events/dead-letters.ts";
import { NOT_DELIVERED } from "../../../src/use-cases/events/bury-message.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { CONTEXT, someAct } from "../../support/event-samples.ts";
import { metered } from "../../support/metered-d1.ts";
import { someUser } from "../../support/samples.ts";
import { unheard } from "../../support/unheard.ts";

const KEEPER = { kind: "record" };
const LETTER = { to: "canary@example.com" };

let deadLetters: ReturnType<typeof d1DeadLetters>;
/** Two who are there. */
let [gone, other] = ["", ""] as UserId[] as [UserId, UserId];

beforeEach(async () => {
  const db = await emptyDatabase();
  await env.DB.prepare("delete from dead_letters").run();
  deadLetters = d1DeadLetters(db);
  const made = [someUser(), someUser()] as const;
  for (const user of made) await d1Users(db, unheard).create(user);
  [gone, other] = [made[0].id, made[1].id];
});

const keep = (event: Event) =>
  deadLetters.keep(event.id, { event, keeper: KEEPER, letter: LETTER }, NOT_DELIVERED, 1_000);

async function kept({ id }: Event): Promise<unknown> {
  const row = await env.DB.prepare("select message from dead_letters where id = ?")
    .bind(id)
    .first<{ message: string }>();
  return JSON.parse(row?.message ?? "null");
}

const actsOf = () => ({
  own: someAct(gone),
  byAnyone: someAct(gone, { actor: { kind: "anyone", id: "anyone" } }),
  onOther: someAct(other, { actor: { kind: "user", id: gone } }),
  suffered: someAct(gone, { actor: { kind: "user", id: other } }),
  foreign: someAct(other),
});

async function expectErased(acts: ReturnType<typeof actsOf>): Promise<void> {
  const without = (event: Event) => ({ ...event, context: NO_REQUEST });
  expect(await kept(acts.own)).toEqual({ event: without(acts.own), keeper: KEEPER });
  expect(await kept(acts.byAnyone)).toEqual({ event: without(acts.byAnyone), keeper: KEEPER });
  // What goes to somebody else still does, and where an administrator sat is the administrator's.
  const onOther = { event: without(acts.onOther), keeper: KEEPER, letter: LETTER };
  expect(await kept(acts.onOther)).toEqual(onOther);
  expect(await kept(acts.suffered)).toEqual({ event: acts.suffered, keeper: KEEPER });
  const foreign = { event: acts.foreign, keeper: KEEPER, letter: LETTER };
  expect(await kept(acts.foreign)).toEqual(foreign);
}

it("what waits of a deleted user is erased, some at a time", async () => {
  const acts = actsOf();
  for (const event of Object.values(acts)) await keep(event);
  expect(await kept(acts.own)).toMatchObject({ event: { context: CONTEXT }, letter: LETTER });
  expect(await deadLetters.erase([gone], 3)).toBe(3);
  expect(await deadLetters.erase([gone], 3)).toBe(1);
  expect(await deadLetters.erase([gone], 3)).toBe(0);
  await expectErased(acts);
});

it("what comes after a user was deleted is kept without them", async () => {
  await env.DB.batch([
    env.DB.prepare("delete from user_roles where user_id = ?").bind(gone),
    env.DB.prepare("delete from users where id = ?").bind(gone),
  ]);
  const acts = actsOf();
  for (const event of Object.values(acts)) await keep(event);
  await expectErased(acts);
  expect(await deadLetters.erase([gone], 3)).toBe(0);
});

it("a message that is no event is kept as it is", async () => {
  await deadLetters.keep("nonsense", "no event", NOT_DELIVERED, 1_000);
  await deadLetters.keep("nothing", null, NOT_DELIVERED, 1_000);
  const { results } = await env.DB.prepare("select id, message from dead_letters").run();
  expect(results).toEqual([
    { id: "nonsense", message: '"no event"' },
    { id: "nothing", message: "null" },
  ]);
});

it("finds what is a user's without reading all that waits", async () => {
  const foreign = Array.from({ length: 500 }, () => someAct(other));
  await env.DB.batch(
    foreign.map((event) =>
      env.DB.prepare(
        "insert into dead_letters (id, message, reason, died_at) values (?, ?, 'x', 1)",
      ).bind(event.id, JSON.stringify({ event, keeper: KEEPER })),
    ),
  );
  for (const event of Object.values(actsOf())) await keep(event);
  const read: number[] = [];
  const watched = d1DeadLetters(database(metered(env.DB, read)));
  expect(await watched.erase([gone], 100)).toBe(4);
  // All of them are old, and none that is has mail.
  await watched.dropMail(1_000, 100);
  await watched.forgetRequests(1_000, 100);
  for (const rows of read) expect(rows).toBeLessThan(100);
  expect(read).toHaveLength(3);
});
