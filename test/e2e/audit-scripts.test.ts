import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { copyProject, type ProjectCopy, until } from "../support/dev-server.ts";
import { localDatabases } from "../support/local-database.ts";
import { HOUR } from "../support/samples.ts";
import { runScript } from "../support/scripts.ts";

/*
 * audit:verify and events:replay as processes, on local databases that no service uses. What they
 * find, say and move is tried in test/unit/scripts.
 */

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject(inject("migratedState"));
});

afterAll(() => project.remove());

const verify = (...args: string[]) => runScript(project.directory, "audit:verify", args);
const replay = (...args: string[]) => runScript(project.directory, "events:replay", args);

const change = (table: string, statements: string): void =>
  localDatabases(project.directory).change(table, statements);

/** Events of a user, stored three hours ago. */
function store(subject: string, seqs: readonly number[]): void {
  const then = Date.now() - 3 * HOUR;
  const rows = seqs.map(
    (seq, at) =>
      `('evt_${subject}_${at}', 'session.opened', ${then}, ${seq}, ${then}, 'user', 'x', 'user',
        '${subject}', 'success', '{}')`,
  );
  change(
    "events",
    `insert into events (id, type, occurred_at, seq, stored_at, actor_kind, actor_id,
       subject_kind, subject_id, outcome, data) values ${rows.join()}`,
  );
}

it("audit:verify ends with 0 where the trail is whole, and asks a database again that another process is writing to", async () => {
  store("usr_a", [1, 2, 3]);
  const tries = join(project.directory, "tries.txt");
  const count = () => readFileSync(tries, "utf8").length;
  writeFileSync(tries, "");
  const spy = join(project.directory, "spy.mjs");
  writeFileSync(
    spy,
    `import { appendFileSync } from "node:fs";
     if (process.argv.includes("execute") && process.argv[1].includes("cli.js")) {
       process.on("exit", () => appendFileSync(${JSON.stringify(tries)}, "x"));
     }`,
  );
  const writer = localDatabases(project.directory).opened("events");
  writer.exec("begin immediate");
  const run = await runScript(project.directory, "audit:verify", [], {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(spy)}` },
    async meanwhile() {
      await until(async () => count() === 1, 60_000).finally(() => writer.close());
    },
  });
  expect(run).toEqual({
    code: 0,
    output: "3 events of users: nothing is missing or twice.\n",
  });
  expect(count()).toBeGreaterThan(1);
});

it("audit:verify names what is missing or twice, and ends with 1", async () => {
  store("usr_c", [1, 4, 4, 6]);
  expect(await verify()).toEqual({
    code: 1,
    output: `usr_c: event 4 is there 2 times
usr_c: events 2 to 3 are missing
usr_c: event 5 is missing
6 events of users: 3 findings.
`,
  });
});

const empty = () => ["--persist-to", join(project.directory, "empty")];

it("audit:verify that cannot look ends with 2, and says why", async () => {
  const { code, output } = await verify(...empty());
  expect(code).toBe(2);
  expect(output).toContain("apply the migrations");
  expect(await verify("--page-sise", "9")).toMatchObject({ code: 2 });
  expect(await verify("--page-size", "one")).toMatchObject({ code: 2 });
});

it("events:replay lists what is dead and why", async () => {
  change(
    "dead_letters",
    `insert into dead_letters (id, message, died_at, reason)
     values ('a', '{"kind":"mail_request"}', ${Date.UTC(2026, 0, 1)}, 'malformed event')`,
  );
  expect(await replay("--list")).toEqual({
    code: 0,
    output: "a  mail_request  2026-01-01T00:00:00.000Z  malformed event\n1 dead letters.\n",
  });
});

it("events:replay without the tables says what is missing", async () => {
  const { code, output } = await replay(...empty());
  expect(code).toBe(1);
  expect(output).toContain("apply the migrations");
});
