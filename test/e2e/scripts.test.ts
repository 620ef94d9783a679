import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FEED_CRON } from "../../src/core/config/constants.ts";
import {
  copyProject,
  type DevServer,
  isFree,
  type ProjectCopy,
  startDevServer,
  until,
} from "../support/dev-server.ts";
import { someMessage } from "../support/event-samples.ts";
import { FOREIGN_PASSWORD } from "../support/foreign-hashes.ts";
import { httpClient } from "../support/http-client.ts";
import { localDatabases } from "../support/local-database.ts";
import { makeLocalAdmin, runScript, type ScriptRun } from "../support/scripts.ts";

/* The scripts beside a service that runs. What else each does is tried in test/unit/scripts. */

const PASSWORD = "seven quiet herons by the estuary";
const ADMIN_PASSWORD = "four tall lanterns near the harbour";
const NEW_PASSWORD = "nine copper kettles under the bridge";
const KEYCLOAK = resolve(import.meta.dirname, "../support/exports/keycloak.json");

/** Where the databases are, which is not the usual place. */
const STATE = "elsewhere";

let project: ProjectCopy;
let server: DevServer;
/** Where the scripts may leave temporary files, and must not. */
let temporary: string;

const path = (name: string): string => join(project.directory, name);
const http = () => httpClient(server.base);
const start = () => startDevServer(project.directory, {}, [`--persist-to=${STATE}`]);
const databases = () => localDatabases(project.directory, STATE);

beforeAll(async () => {
  project = copyProject();
  temporary = path("tmp");
  mkdirSync(temporary);
  server = await start();
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

/** One that asks the databases. */
const runThere = (script: string, args: readonly string[], input = ""): Promise<ScriptRun> =>
  runScript(project.directory, script, [...args, "--persist-to", STATE], {
    input,
    env: { TMPDIR: temporary },
  });

const roles = async (token: string): Promise<readonly string[]> =>
  (await http().me(token)).body.user.roles;

/** Every file under a directory. */
function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it("npm run dev makes the tables where the service looks, however the place is spelled", async () => {
  expect((await http().register("ada@example.com", PASSWORD)).status).toBe(201);
  expect(databases().count("users")).toBe(1);
  expect(existsSync(path(".wrangler/state/v3/d1"))).toBe(false);
});

it("npm run dev makes .dev.vars for its owner's eyes only, and keeps it and the data at the next start", async () => {
  const secrets = path(".dev.vars");
  const made = readFileSync(secrets, "utf8");
  expect(made).toMatch(/^AUTH_SECRETS="v1:[A-Za-z0-9_-]{43}"\n$/);
  expect(statSync(secrets).mode & 0o777).toBe(0o600);
  expect(server.output()).not.toContain(made.slice('AUTH_SECRETS="v1:'.length, -2));

  const signedIn = await http().signIn("ada@example.com", PASSWORD);
  await server.stop();
  server = await start();

  expect(readFileSync(secrets, "utf8")).toBe(made);
  expect((await http().signIn("ada@example.com", PASSWORD)).status).toBe(200);
  expect((await http().refresh(signedIn.body.refresh_token)).status).toBe(200);
});

it("admin:create with a new password replaces the old one and ends the sessions opened with it", async () => {
  expect((await http().register("reset@example.com", PASSWORD)).status).toBe(201);
  const before = await http().signIn("reset@example.com", PASSWORD);

  await makeLocalAdmin(databases(), "reset@example.com", NEW_PASSWORD);
  // By itself it runs on the minute.
  const feed = `${server.base}/cdn-cgi/handler/scheduled?${new URLSearchParams({ cron: FEED_CRON })}`;
  expect((await fetch(feed)).status).toBe(200);
  expect((await http().me(before.body.access_token)).status).toBe(401);
  expect((await http().signIn("reset@example.com", PASSWORD)).status).toBe(401);
  const after = await http().signIn("reset@example.com", NEW_PASSWORD);
  expect(await roles(after.body.access_token)).toContain("admin");
});

/** A session that became an administrator's, while no test runs the feed. */
let unheard: string;

it("admin:create without a password keeps the old one", async () => {
  expect((await http().register("kept@example.com", PASSWORD)).status).toBe(201);
  const { body } = await http().signIn("kept@example.com", PASSWORD);
  expect(await roles(body.access_token)).toEqual(["user"]);
  const verified = "update users set email_verified = 1 where email = 'kept@example.com'";
  databases().change("users", verified);
  await makeLocalAdmin(databases(), "kept@example.com", "");
  expect((await http().signIn("kept@example.com", PASSWORD)).status).toBe(200);
  unheard = body.access_token;
});

it("LOG-01 admin:create makes a new administrator while the service runs, and leaves no password and no hash in its output, in temporary files or in the tools' logs", async () => {
  // As echo pipes it.
  const run = await runThere("admin:create", ["--email", "ops@example.com"], `${ADMIN_PASSWORD}\n`);
  expect(run).toMatchObject({ code: 0 });
  expect(run.output).not.toContain(ADMIN_PASSWORD);
  expect(run.output).not.toContain("$scrypt");
  expect(readdirSync(temporary).filter((name) => name.startsWith("auth-service-"))).toEqual([]);
  const logs = files(path(".config"));
  expect(logs.filter((name) => name.endsWith(".log"))).not.toEqual([]);
  const left = [...files(temporary), ...logs];
  const telling = left.filter((name) => /\$scrypt|four tall/.test(readFileSync(name, "utf8")));
  expect(telling).toEqual([]);

  const { body } = await http().signIn("ops@example.com", ADMIN_PASSWORD);
  expect(await roles(body.access_token)).toEqual(["admin", "user"]);
  expect((await http().call("GET", "/v1/users", { token: body.access_token })).status).toBe(200);
});

it("admin:create reopens a disabled account", async () => {
  const { body: ops } = await http().signIn("ops@example.com", ADMIN_PASSWORD);
  const { body: user } = await http().register("locked@example.com", PASSWORD);
  const disable = { token: ops.access_token, body: { status: "disabled" } };
  expect((await http().call("PATCH", `/v1/users/${user.id}`, disable)).status).toBe(200);
  expect((await http().signIn("locked@example.com", PASSWORD)).status).toBe(403);

  await makeLocalAdmin(databases(), "locked@example.com", PASSWORD);
  expect((await http().signIn("locked@example.com", PASSWORD)).status).toBe(200);
});

const rotateKeys = (args: readonly string[], input: string, env: Record<string, string> = {}) =>
  runScript(project.directory, "keys:rotate", ["--url", server.base, ...args], { input, env });

it("keys:rotate publishes another key before it signs", async () => {
  const { body: ops } = await http().signIn("ops@example.com", ADMIN_PASSWORD);
  const first = await rotateKeys([], `${ops.access_token}\n`);
  expect(first).toMatchObject({ code: 0 });
  const { keys } = JSON.parse(first.output);
  expect(keys.map((key: { state: string }) => key.state)).toEqual(["current", "next"]);
  const shown = await http().call("GET", "/.well-known/jwks.json");
  expect(shown.body.keys.map((key: { kid: string }) => key.kid)).toEqual(
    keys.map((key: { kid: string }) => key.kid),
  );

  const unknown = await rotateKeys([`--revoke=-${"A".repeat(42)}`], `${ops.access_token}\n`);
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.output).toContain("not_found");
});

it("keys:rotate is refused without the permission and with half a token, and says so", async () => {
  const { body } = await http().signIn("ada@example.com", PASSWORD);
  const run = await rotateKeys([], "", { ACCESS_TOKEN: body.access_token });
  expect(run).toMatchObject({ code: 1 });
  expect(run.output).toContain("forbidden");
  expect(run.output).not.toContain(body.access_token);

  expect(await rotateKeys([], "", { ACCESS_TOKEN: `${body.access_token}\ufffd` })).toEqual({
    code: 1,
    output: "The secret has a character that could not be read. Nothing was done.\n",
  });
  expect(await rotateKeys([], `${body.access_token}\nand more`)).toEqual({
    code: 1,
    output: "The secret must be one line, without control characters. Nothing was done.\n",
  });
});

it("an export is converted to a file of its owner alone, imported but for what is refused, and who is in it signs in", async () => {
  const convert = ["--from", "keycloak", "--out", "converted.ndjson", KEYCLOAK];
  const converted = await runScript(project.directory, "users:convert", convert);
  expect(converted.code).toBe(2);
  expect(converted.output).toContain("7 of 8 users written, 4 with a password.");
  expect(statSync(path("converted.ndjson")).mode & 0o777).toBe(0o600);
  const again = await runScript(project.directory, "users:convert", convert);
  expect(again.code).toBe(1); // it overwrites nothing

  const ours = { email: "ours@example.com", id: `usr_${"i".repeat(21)}A`, name: "O'x; BEGIN" };
  const more = [ours, { email: "no address" }].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(path("converted.ndjson"), more.join(""), { flag: "a" });
  const imported = await runThere("users:import", ["converted.ndjson", "--refused", "refused.txt"]);
  expect(imported.code).toBe(2);
  expect(imported.output).toContain("8 accounts made, 0 already there, 1 lines refused.");
  expect(readFileSync(path("refused.txt"), "utf8")).toMatch(/^line 9: email: .+\n$/);
  const made = `select id, email, name from users where email = '${ours.email}'`;
  expect(databases().rows("users", made)).toEqual([ours]);
  expect((await http().signIn("argon2@example.com", FOREIGN_PASSWORD)).status).toBe(200);
});

it("events:replay has all sent again within the minute, and the service then stores what can be stored", async () => {
  // What is older than the trail goes with the cron.
  const now = Date.now();
  const { event, keeper } = someMessage({ type: "role.created", occurredAt: now });
  const messages = { [event.id]: { event, keeper }, a: { kind: "mail_request" }, b: 7 };
  const letters = Object.entries(messages).map(
    ([id, message]) => `('${id}', '${JSON.stringify(message)}', ${now}, 'malformed')`,
  );
  const isThere = (id: string, table: string) => databases().count(table, `id = '${id}'`) === 1;
  databases().change(
    "dead_letters",
    `insert into dead_letters (id, message, died_at, reason) values ${letters.join()}`,
  );
  expect(await runThere("events:replay", [])).toEqual({
    code: 0,
    output: "3 messages are sent again within a minute.\n",
  });
  await until(async () => isThere(event.id, "events"), 90_000);
  const ids = Object.keys(messages);
  await until(async () => ids.every((id) => !isThere(id, "outbox")), 30_000);
});

it("an open session is an administrator's within the minute: npm run dev runs the crons", async () => {
  await until(async () => {
    return (await http().call("GET", "/v1/users", { token: unheard })).status === 200;
  }, 90_000);
  expect(server.output()).toContain('"event":"accounts_caught_up"');
});

it("a kill of npm alone stops the service and frees its port", async () => {
  expect(await isFree(server.port)).toBe(false);
  server.signalParent("SIGTERM");
  await until(() => isFree(server.port), 20_000);
});
