import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { copyProject, type ProjectCopy, startDevServer, toolEnv } from "../support/dev-server.ts";
import {
  FIREBASE_EXAMPLE,
  FIREBASE_HASH,
  FOREIGN_HASHES,
  FOREIGN_PASSWORD,
} from "../support/foreign-hashes.ts";
import { localDatabases } from "../support/local-database.ts";
import { runScript, type ScriptRun } from "../support/scripts.ts";

let project: ProjectCopy;
const SAMPLES = resolve(import.meta.dirname, "../support/exports");

beforeAll(async () => {
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

const everything = () => ({
  users: rows("select * from users order by id"),
  roles: rows("select * from user_roles order by user_id, role"),
  noted: rows("select * from change_feed"),
  marked: rows("select * from own_changes"),
});

it("a file is imported once, however often it is run, and what is refused is listed without what it holds", async () => {
  localDatabases(project.directory).change("roles", "insert into roles (name) values ('editor')");
  const [bcrypt = "", plain = ""] = [
    FOREIGN_HASHES["bcrypt 2b"],
    FOREIGN_HASHES["SHA-256, the salt first"],
  ];
  const file = write("mixed.ndjson", [
    { email: "mixed@example.com", password_hash: bcrypt, roles: ["editor"], name: "M; 'x'" },
    { email: "no address" },
    { email: "plain@example.com", password_hash: plain },
    { email: "costly@example.com", password_hash: bcrypt.replace("$06$", "$31$") },
    { email: "boss@example.com", roles: ["admin"] },
    { email: "nobody@example.com", roles: ["no-such-role"] },
    { email: "Mixed@example.com" },
    { email: "invited@example.com", email_verified: true },
  ]);
  const first = await importUsers(file);
  expect(first.code).toBe(2);
  expect(first.output).toContain("2 accounts made, 0 already there, 6 lines refused.");
  const refused = [...first.output.matchAll(/^line (\d): ([a-z_]+)/gm)].map(([line]) => line);
  expect(refused).toEqual([
    "line 2: email",
    "line 3: password_hash",
    "line 4: password_hash",
    "line 5: roles",
    "line 6: roles",
    "line 7: email",
  ]);
  for (const secret of [bcrypt.slice(-20), plain.slice(-20), "plain@", "boss@"]) {
    expect(first.output).not.toContain(secret);
  }
  const before = everything();
  expect(before.users).toHaveLength(2);
  expect(before).toMatchObject({ noted: [], marked: [] });

  const second = await importUsers(file, "--refused", "refused.txt");
  expect(second.code).toBe(2);
  expect(second.output).toContain("0 accounts made, 2 already there, 6 lines refused.");
  expect(second.output).not.toContain("line 2");
  expect(readFileSync(path("refused.txt"), "utf8").match(/^line /gm)).toHaveLength(6);
  expect(everything()).toEqual(before);

  const allowed = await importUsers(
    write("plain.ndjson", [{ email: "plain@example.com", password_hash: plain }]),
    "--allow-plain-sha2",
  );
  expect(allowed).toMatchObject({ code: 0, output: expect.stringContaining("1 accounts made") });
});

it("an id that another account has is refused, and the account is left as it is", async () => {
  const before = rows("select * from users order by id");
  const [{ id, email } = {}] = before;
  const others = await importUsers(write("ids.ndjson", [{ id, email: "else@example.com" }]));
  expect(others).toMatchObject({
    code: 2,
    output: expect.stringContaining("line 1: id: is another"),
  });
  const own = await importUsers(write("own.ndjson", [{ id, email: String(email).toUpperCase() }]));
  expect(own).toMatchObject({ code: 0, output: expect.stringContaining("1 already there") });
  expect(rows("select * from users order by id")).toEqual(before);
});

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

it("after SIGKILL in the middle, and SIGINT in the middle, the same run again does what is left, once", async () => {
  const accounts = Array.from({ length: 7_500 }, (_, at) => ({ email: `many.${at}@example.com` }));
  const file = write("many.ndjson", accounts);
  const count = () =>
    Number(rows("select count(*) as n from users where email like 'many.%'")[0]?.["n"]);

  await endedOnceItShows(file, "2500 lines", "SIGKILL");
  const afterKill = count();
  expect(afterKill).toBeGreaterThanOrEqual(2_500);
  expect(afterKill).toBeLessThan(7_500);

  const temporary = () => readdirSync(path("tmp")).filter((name) => /^auth-service-/.test(name));
  const left = temporary();
  expect(await endedOnceItShows(file, "2500 lines", "SIGINT")).toContain("--from-line");
  const made = count();
  expect(made).toBeGreaterThanOrEqual(afterKill);
  expect(made).toBeLessThan(7_500);
  // No file with hashes stays behind, but where nothing could be done about it.
  expect(temporary()).toEqual(left);

  const again = await importUsers(file);
  expect(again.output).toContain(`${7_500 - made} accounts made, ${made} already there, 0 lines`);
  expect(again.code).toBe(0);
  expect(count()).toBe(7_500);
  const { roles, users, noted, marked } = everything();
  expect(roles.filter(({ role }) => role === "user")).toHaveLength(users.length);
  expect([noted, marked]).toEqual([[], []]);
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

it("an export is converted to a file of its owner alone, imported, and everybody in it signs in", async () => {
  const args = ["--from", "keycloak", "--out", "converted.ndjson", join(SAMPLES, "keycloak.json")];
  const converted = await runScript(project.directory, "users:convert", args);
  expect(converted.code).toBe(2);
  expect(converted.output).toContain("7 of 8 users written, 4 with a password.");
  expect(statSync(path("converted.ndjson")).mode & 0o777).toBe(0o600);
  const again = await runScript(project.directory, "users:convert", args);
  expect(again.code).toBe(1); // it overwrites nothing
  expect(existsSync(path("converted.ndjson"))).toBe(true);

  const forms = Object.entries({ ...FOREIGN_HASHES, firebase: FIREBASE_HASH });
  const users = forms.map(([name, password_hash], at) => ({
    email: `form${at}@example.com`,
    password_hash,
    password: name === "firebase" ? FIREBASE_EXAMPLE.password : FOREIGN_PASSWORD,
  }));
  write(
    "forms.ndjson",
    users.map(({ password: _, ...line }) => line),
  );
  expect(await importUsers("converted.ndjson")).toMatchObject({ code: 0 });
  expect(await importUsers("forms.ndjson", "--allow-plain-sha2")).toMatchObject({ code: 0 });

  const server = await startDevServer(project.directory);
  try {
    const all = [...users, { email: "argon2@example.com", password: FOREIGN_PASSWORD }];
    for (const { email, password } of all) {
      const reply = await fetch(`${server.base}/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email, password }),
      });
      expect([email, reply.status]).toEqual([email, 200]);
    }
  } finally {
    await server.stop();
  }
});

it("a file that is no export is refused in words that quote nothing of it", async () => {
  writeFileSync(path("broken.json"), `{"users":[{"passwordHash":"secret-hash"`);
  const args = ["--from", "keycloak", "--out", "broken.ndjson", "broken.json"];
  const run = await runScript(project.directory, "users:convert", args);
  expect(run).toMatchObject({ code: 1, output: expect.stringContaining("no export of keycloak") });
  expect(run.output).not.toContain("secret");
  expect(existsSync(path("broken.ndjson"))).toBe(false);
});
