import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { FEED_CRON } from "../../src/core/config/constants.ts";
import { NOT_DELIVERED } from "../../src/use-cases/events/bury-message.ts";
import { copyProject, type ProjectCopy, startDevServer, until } from "../support/dev-server.ts";
import { someMessage } from "../support/event-samples.ts";
import { localDatabases } from "../support/local-database.ts";
import { HOUR, someUserId } from "../support/samples.ts";
import { runScript } from "../support/scripts.ts";

/* audit:verify and events:replay, on local databases that no service uses. */

let project: ProjectCopy;

beforeAll(async () => {
  project = copyProject(inject("migratedState"));
});

afterAll(() => project.remove());

const verify = (...args: string[]) => runScript(project.directory, "audit:verify", args);
const replay = (...args: string[]) => runScript(project.directory, "events:replay", args);

const change = (table: string, statements: string): void =>
  localDatabases(project.directory).change(table, statements);

const count = (table: string, condition?: string): number =>
  localDatabases(project.directory).count(table, condition);

/** Of a user each, stored three hours ago. */
const places = (subject: string, seqs: readonly number[]): string => {
  const then = Date.now() - 3 * HOUR;
  const rows = seqs.map(
    (seq, at) =>
      `('evt_${subject}_${at}', 'session.opened', ${then}, ${seq}, ${then}, 'user', 'x', 'user',
        '${subject}', 'success', '{}')`,
  );
  return `insert into events (id, type, occurred_at, seq, stored_at, actor_kind, actor_id,
    subject_kind, subject_id, outcome, data) values ${rows.join()}`;
};

it("audit:verify finds nothing in a trail that is whole, and says how much it looked at", async () => {
  change("events", places("usr_a", [1, 2, 3]));
  change("events", places("usr_b", [5, 6]));
  const whole = { code: 0, output: "5 events of users: nothing is missing or twice.\n" };
  expect(await verify()).toEqual(whole);
  expect(await verify("--page-size", "3")).toEqual(whole);
});

it("audit:verify names what is missing or twice, and ends with 1", async () => {
  change("events", places("usr_c", [1, 4, 4, 6]));
  const { code, output } = await verify();
  expect(code).toBe(1);
  expect(output.split("\n")).toEqual([
    "usr_c: event 4 is there 2 times",
    "usr_c: events 2 to 3 are missing",
    "usr_c: event 5 is missing",
    "8 events of users: 3 findings.",
    "",
  ]);
  change("events", "delete from events where subject_id = 'usr_c'");
});

it("audit:verify counts apart what may still be on its way", async () => {
  change("events", places("usr_d", [1, 3]));
  change("events", `update events set stored_at = ${Date.now()} where subject_id = 'usr_d'`);
  const { code, output } = await verify();
  expect(code).toBe(0);
  expect(output).toContain("1 gap is younger than two hours: look again later.");
});

it("audit:verify that cannot look ends with 2, and says why", async () => {
  const { code, output } = await verify("--persist-to", `${project.directory}/empty`);
  expect(code).toBe(2);
  expect(output).toContain("apply the migrations");
});

it("events:replay lists what is dead and why, and changes nothing by that", async () => {
  expect(await replay()).toEqual({ code: 0, output: "There is no dead letter.\n" });
  const { event, keeper } = someMessage({ type: "role.created" });
  const died = Date.UTC(2026, 0, 1);
  const letter = (id: string, message: unknown, reason: string) =>
    `('${id}', '${JSON.stringify(message)}', ${died}, '${reason}')`;
  const letters = [
    letter(event.id, { event, keeper }, NOT_DELIVERED),
    letter("a", { kind: "mail_request", to: "x" }, "malformed event"),
    letter("b", { event: { type: "\\u001b[31mred" } }, "malformed event id"),
    letter("c", 7, "malformed"),
  ];
  change(
    "dead_letters",
    `insert into dead_letters (id, message, died_at, reason) values ${letters.join()}`,
  );
  const { code, output } = await replay("--list");
  expect(code).toBe(0);
  const at = "2026-01-01T00:00:00.000Z";
  expect(output.split("\n").sort()).toEqual(
    [
      "4 dead letters.",
      `a  mail_request  ${at}  malformed event`,
      `b  ?  ${at}  malformed event id`,
      `c  ?  ${at}  malformed`,
      `${event.id}  role.created  ${at}  ${NOT_DELIVERED}`,
      "",
    ].sort(),
  );
  expect([count("dead_letters"), count("outbox")]).toEqual([4, 0]);
});

it("events:replay has one sent again, or all, and the service then stores what can be stored", async () => {
  expect(await replay("--id", "a")).toEqual({
    code: 0,
    output: "1 message is sent again within a minute.\n",
  });
  expect([count("dead_letters"), count("outbox")]).toEqual([3, 1]);
  expect((await replay()).output).toBe("3 messages are sent again within a minute.\n");
  expect([count("dead_letters"), count("outbox")]).toEqual([0, 4]);

  const server = await startDevServer(project.directory);
  try {
    await fetch(
      `${server.base}/cdn-cgi/handler/scheduled?${new URLSearchParams({ cron: FEED_CRON })}`,
    );
    await until(async () => count("events", "type = 'role.created'") === 1, 30_000);
    await until(async () => count("outbox") === 0, 30_000);
  } finally {
    await server.stop();
  }
});

it("events:replay of what is in the outbox already makes it due, once", async () => {
  const { event, keeper } = someMessage({ subject: { kind: "user", id: someUserId() } });
  const text = JSON.stringify({ event, keeper });
  change(
    "outbox",
    `insert into outbox (id, message, due_at) values ('${event.id}', '${text}', 9999999999999);
     insert into dead_letters (id, message, reason, died_at) values ('${event.id}', '${text}', 'x', 1)`,
  );
  expect(await replay()).toMatchObject({ code: 0 });
  expect(count("outbox", `due_at <= ${Date.now()}`)).toBe(1);
  expect(count("dead_letters")).toBe(0);
});

it("events:replay without the tables says what is missing", async () => {
  const { code, output } = await replay("--persist-to", `${project.directory}/empty`);
  expect(code).toBe(1);
  expect(output).toContain("apply the migrations");
});
