import type { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it } from "vitest";
import type { Database } from "../../../scripts/database.ts";
import { listLetters, replayLetters } from "../../../scripts/dead-letters.ts";
import { NOT_DELIVERED } from "../../../src/use-cases/events/bury-message.ts";
import { someMessage } from "../../support/event-samples.ts";
import { migratedSqlite, scriptDatabase } from "../../support/migrated-sqlite.ts";

const NOW = 2_000_000_000_000;
const DIED = Date.UTC(2026, 0, 1);
const AT = "2026-01-01T00:00:00.000Z";

let sqlite: DatabaseSync;
let database: Database;

beforeEach(() => {
  sqlite = migratedSqlite();
  database = scriptDatabase(sqlite);
});

function bury(id: string, message: unknown, reason = "malformed", died = DIED): void {
  sqlite
    .prepare("insert into dead_letters (id, message, died_at, reason) values (?, ?, ?, ?)")
    .run(id, JSON.stringify(message), died, reason);
}

const list = (id?: string) => listLetters(database, id, NOW);
const replay = (id?: string) => replayLetters(database, id, NOW);

const idsIn = (table: string, condition = "true") =>
  database
    .readRows(`select id from ${table} where ${condition} order by id`)
    .map((row) => Object(row).id);

it("lists what is dead and why, the oldest first, and changes nothing by that", () => {
  const { event, keeper } = someMessage({ type: "role.created" });
  bury("a", { kind: "mail_request", to: "x" }, "malformed event", DIED + 1);
  bury("b", { event: { type: "\u001b[31mred" } }, "malformed event id");
  bury("c", 7);
  bury(event.id, { event, keeper }, NOT_DELIVERED, DIED - 1);
  expect(list()).toEqual([
    `${event.id}  role.created  2025-12-31T23:59:59.999Z  ${NOT_DELIVERED}`,
    `b  ?  ${AT}  malformed event id`,
    `c  ?  ${AT}  malformed`,
    "a  mail_request  2026-01-01T00:00:00.001Z  malformed event",
    "4 dead letters.",
  ]);
  expect([idsIn("dead_letters").length, idsIn("outbox").length]).toEqual([4, 0]);
});

it("one is listed, or sent again, by its id, which may be any text", () => {
  bury("a", 1);
  bury("b' or 'x", 2);
  expect(list("b' or 'x")).toEqual([`b' or 'x  ?  ${AT}  malformed`, "1 dead letters."]);
  expect(replay("b' or 'x")).toBe("1 message is sent again within a minute.");
  expect([idsIn("dead_letters"), idsIn("outbox")]).toEqual([["a"], ["b' or 'x"]]);
});

it("all are sent again, however many, and a list says how many it does not show", () => {
  for (let at = 0; at < 2_001; at++) bury(`letter-${at}`, at);
  expect(list()).toHaveLength(1_001);
  expect(list().at(-1)).toBe("1000 of 2001 dead letters.");
  expect(replay()).toBe("2001 messages are sent again within a minute.");
  expect([idsIn("dead_letters").length, idsIn("outbox").length]).toEqual([0, 2_001]);
  expect(idsIn("outbox", `due_at = ${NOW}`)).toHaveLength(2_001);
});

it("without any it says so, and what dies while it runs is left for the next time", () => {
  bury("later", 1, "malformed", NOW + 1);
  expect(list()).toEqual(["0 dead letters."]);
  expect(replay()).toBe("There is no dead letter.");
  expect(idsIn("dead_letters")).toEqual(["later"]);
});

it("what is in the outbox already becomes due, once", () => {
  sqlite.exec("insert into outbox (id, message, due_at) values ('a', '1', 9999999999999)");
  bury("a", 1);
  expect(replay()).toBe("1 message is sent again within a minute.");
  expect(idsIn("outbox", `due_at = ${NOW}`)).toEqual(["a"]);
  expect(idsIn("dead_letters")).toEqual([]);
});
