import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { copyProject, type ProjectCopy, toolEnv } from "../support/dev-server.ts";
import { localDatabases } from "../support/local-database.ts";
import { runScript, type ScriptRun } from "../support/scripts.ts";

/*
 * How users:convert and users:import end when they do not come to the end. What becomes of lines
 * is tried in test/unit/scripts, and beside a service that runs in scripts.test.ts.
 */

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject(inject("migratedState"));
  mkdirSync(path("tmp"));
});

afterAll(() => project.remove());

const path = (name: string): string => join(project.directory, name);

function write(name: string, lines: readonly unknown[]): string {
  writeFileSync(path(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return name;
}

const importUsers = (...args: string[]): Promise<ScriptRun> =>
  runScript(project.directory, "users:import", args);

/** Of the database that has the accounts. */
const rows = (query: string) => localDatabases(project.directory).rows("users", query);

/** Runs it until it shows something, then sends all of it a signal at once. */
async function endedOnceItShows(
  file: string,
  shown: string,
  signal: NodeJS.Signals,
): Promise<string> {
  const child = spawn("npm", ["run", "-s", "users:import", "--", file], {
    cwd: project.directory,
    env: { ...toolEnv(project.directory), TMPDIR: path("tmp") },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const ended = new Promise<string>((done) => child.on("close", () => done(output)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (text.includes(shown) && child.pid !== undefined) process.kill(-child.pid, signal);
  });
  return ended;
}

/** Two batches: it is ended while the second goes in. */
const ACCOUNTS = 5_000;

it("after SIGKILL in the middle, and SIGINT in the middle, the same run again does what is left, once", async () => {
  const accounts = Array.from({ length: ACCOUNTS }, (_, at) => ({
    email: `many.${at}@example.com`,
  }));
  const file = write("many.ndjson", accounts);
  const count = () =>
    Number(rows("select count(*) as n from users where email like 'many.%'")[0]?.["n"]);

  await endedOnceItShows(file, "2500 lines", "SIGKILL");
  const afterKill = count();
  expect(afterKill).toBeGreaterThanOrEqual(2_500);
  expect(afterKill).toBeLessThan(ACCOUNTS);

  const temporary = () => readdirSync(path("tmp")).filter((name) => /^auth-service-/.test(name));
  const left = temporary();
  expect(await endedOnceItShows(file, "2500 lines", "SIGINT")).toContain("--from-line");
  const made = count();
  expect(made).toBeGreaterThanOrEqual(afterKill);
  expect(made).toBeLessThan(ACCOUNTS);
  // No file with hashes stays behind, but where nothing could be done about it.
  expect(temporary()).toEqual(left);

  const again = await importUsers(file);
  expect(again.output).toContain(
    `${ACCOUNTS - made} accounts made, ${made} already there, 0 lines`,
  );
  expect(again.code).toBe(0);
  expect(count()).toBe(ACCOUNTS);
  expect(rows("select user_id from user_roles")).toHaveLength(rows("select id from users").length);
  expect([rows("select * from change_feed"), rows("select * from own_changes")]).toEqual([[], []]);
});

it("says what is missing: a file, a database with tables", async () => {
  expect(await importUsers()).toMatchObject({
    code: 1,
    output: expect.stringContaining("which file"),
  });
  expect(await importUsers("none.ndjson")).toMatchObject({ code: 1 });
  const empty = await importUsers(
    write("one.ndjson", [{ email: "one@example.com" }]),
    "--persist-to",
    "empty",
  );
  expect(empty).toMatchObject({ code: 1, output: expect.stringContaining("apply the migrations") });
});

it("a file that is no export is refused in words that quote nothing of it", async () => {
  writeFileSync(path("broken.json"), `{"users":[{"passwordHash":"secret-hash"`);
  const args = ["--from", "keycloak", "--out", "broken.ndjson", "broken.json"];
  const run = await runScript(project.directory, "users:convert", args);
  expect(run).toMatchObject({ code: 1, output: expect.stringContaining("no export of keycloak") });
  expect(run.output).not.toContain("secret");
  expect(existsSync(path("broken.ndjson"))).toBe(false);
});
