import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { FEED_CRON } from "../../src/core/config/constants.ts";
import {
  copyProject,
  type DevServer,
  freePort,
  isFree,
  listenOn,
  type ProjectCopy,
  startDevServer,
  startScript,
  until,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { localDatabases } from "../support/local-database.ts";
import { runScript, type ScriptRun } from "../support/scripts.ts";

const PASSWORD = "seven quiet herons by the estuary";
const ADMIN_PASSWORD = "four tall lanterns near the harbour";
const NEW_PASSWORD = "nine copper kettles under the bridge";

let project: ProjectCopy;
let server: DevServer;
/** Where the scripts may leave temporary files, and must not. */
let temporary: string;

const http = () => httpClient(server.base);
const start = () => startDevServer(project.directory);

/** By itself it runs on the minute. */
const runFeed = () =>
  fetch(`${server.base}/cdn-cgi/handler/scheduled?${new URLSearchParams({ cron: FEED_CRON })}`);

beforeAll(async () => {
  project = copyProject(inject("migratedState"));
  temporary = join(project.directory, "tmp");
  mkdirSync(temporary);
  server = await start();
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

function createAdmin(email: string, password: string | null): Promise<ScriptRun> {
  const input = password === null ? {} : { input: password };
  return runScript(project.directory, "admin:create", ["--email", email], {
    ...input,
    env: { TMPDIR: temporary },
  });
}

const roles = async (token: string): Promise<readonly string[]> =>
  (await http().me(token)).body.user.roles;

/** Every file under a directory. */
function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it("npm run dev makes .dev.vars for its owner's eyes only, and keeps it and the data at the next start", async () => {
  const secrets = join(project.directory, ".dev.vars");
  const made = readFileSync(secrets, "utf8");
  expect(made).toMatch(/^AUTH_SECRETS="v1:[A-Za-z0-9_-]{43}"\n$/);
  expect(statSync(secrets).mode & 0o777).toBe(0o600);
  expect(server.output()).not.toContain(made.slice('AUTH_SECRETS="v1:'.length, -2));

  expect((await http().register("ada@example.com", PASSWORD)).status).toBe(201);
  const signedIn = await http().signIn("ada@example.com", PASSWORD);
  await server.stop();
  server = await start();

  expect(readFileSync(secrets, "utf8")).toBe(made);
  expect((await http().signIn("ada@example.com", PASSWORD)).status).toBe(200);
  expect((await http().refresh(signedIn.body.refresh_token)).status).toBe(200);
});

it("LOG-01 admin:create makes a new administrator while the service runs, and leaves no password and no hash in its output, in temporary files or in the tools' logs", async () => {
  // As echo pipes it.
  const run = await createAdmin("ops@example.com", `${ADMIN_PASSWORD}\n`);
  expect(run).toMatchObject({ code: 0 });
  expect(run.output).not.toContain(ADMIN_PASSWORD);
  expect(run.output).not.toContain("$scrypt");
  expect(readdirSync(temporary).filter((name) => name.startsWith("auth-service-"))).toEqual([]);
  const logs = files(join(project.directory, ".config"));
  expect(logs.filter((name) => name.endsWith(".log"))).not.toEqual([]);
  const left = [...files(temporary), ...logs];
  const telling = left.filter((name) => /\$scrypt|four tall/.test(readFileSync(name, "utf8")));
  expect(telling).toEqual([]);

  const { body } = await http().signIn("ops@example.com", ADMIN_PASSWORD);
  expect(await roles(body.access_token)).toEqual(["admin", "user"]);
  expect((await http().call("GET", "/v1/users", { token: body.access_token })).status).toBe(200);
});

/** A session that admin:create made an administrator's, while no test runs the feed. */
let unheard: string;

it("admin:create without a password keeps the old one", async () => {
  expect((await http().register("kept@example.com", PASSWORD)).status).toBe(201);
  const { body } = await http().signIn("kept@example.com", PASSWORD);
  expect(await roles(body.access_token)).toEqual(["user"]);

  // Nobody has verified the address, so the password may be a stranger's.
  expect(await createAdmin("kept@example.com", null)).toMatchObject({ code: 1 });
  const verified = "update users set email_verified = 1 where email = 'kept@example.com'";
  localDatabases(project.directory).change("users", verified);
  expect(await createAdmin("kept@example.com", null)).toMatchObject({ code: 0 });
  unheard = body.access_token;
});

it("admin:create reopens a disabled account", async () => {
  const { body: ops } = await http().signIn("ops@example.com", ADMIN_PASSWORD);
  const { body: user } = await http().register("locked@example.com", PASSWORD);
  const disable = { token: ops.access_token, body: { status: "disabled" } };
  expect((await http().call("PATCH", `/v1/users/${user.id}`, disable)).status).toBe(200);
  expect((await http().signIn("locked@example.com", PASSWORD)).status).toBe(403);

  expect(await createAdmin("locked@example.com", PASSWORD)).toMatchObject({ code: 0 });
  expect((await http().signIn("locked@example.com", PASSWORD)).status).toBe(200);
});

it("admin:create refuses a weak password, a missing one and no address, and changes nothing", async () => {
  const weak = await createAdmin("weak@example.com", "password1234567");
  expect(weak).toMatchObject({ code: 1 });
  expect(weak.output).toContain("too easy to guess");
  const missing = await createAdmin("weak@example.com", null);
  expect(missing).toMatchObject({ code: 1 });
  expect(missing.output).toContain("A password is needed");
  expect(await createAdmin("no address", ADMIN_PASSWORD)).toMatchObject({ code: 1 });
  expect((await http().signIn("weak@example.com", "password1234567")).status).toBe(401);
});

it("admin:create on a database without tables says what is missing", async () => {
  const args = ["--email", "ops@example.com", "--persist-to", join(temporary, "empty")];
  const run = await runScript(project.directory, "admin:create", args, { input: ADMIN_PASSWORD });
  expect(run).toMatchObject({ code: 1 });
  expect(run.output).toContain("apply the migrations");
});

it("keys:rotate publishes another key before it signs", async () => {
  const { body: ops } = await http().signIn("ops@example.com", ADMIN_PASSWORD);
  const rotate = (...args: string[]) =>
    runScript(project.directory, "keys:rotate", ["--url", server.base, ...args], {
      input: `${ops.access_token}\n`,
    });
  const first = await rotate();
  expect(first).toMatchObject({ code: 0 });
  const { keys } = JSON.parse(first.output);
  expect(keys.map((key: { state: string }) => key.state)).toEqual(["current", "next"]);
  const shown = await http().call("GET", "/.well-known/jwks.json");
  expect(shown.body.keys.map((key: { kid: string }) => key.kid)).toEqual(
    keys.map((key: { kid: string }) => key.kid),
  );

  const unknown = await rotate(`--revoke=-${"A".repeat(42)}`);
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.output).toContain("not_found");
});

it("keys:rotate is refused without the permission and with half a token, and says so", async () => {
  const { body } = await http().signIn("ada@example.com", PASSWORD);
  const run = await runScript(project.directory, "keys:rotate", ["--url", server.base], {
    env: { ACCESS_TOKEN: body.access_token },
  });
  expect(run).toMatchObject({ code: 1 });
  expect(run.output).toContain("forbidden");
  expect(run.output).not.toContain(body.access_token);

  const input = `${body.access_token}\nand more`;
  const broken = await runScript(project.directory, "keys:rotate", ["--url", server.base], {
    input,
  });
  expect(broken).toMatchObject({ code: 1 });
  expect(broken.output).toBe(
    "The secret must be one line, without control characters. Nothing was done.\n",
  );
});

it("an open session is an administrator's within the minute: npm run dev runs the crons", async () => {
  await until(async () => {
    return (await http().call("GET", "/v1/users", { token: unheard })).status === 200;
  }, 90_000);
  expect(server.output()).toContain('"event":"accounts_caught_up"');
  expect((await http().signIn("kept@example.com", PASSWORD)).status).toBe(200);
});

it("admin:create with a new password replaces the old one and ends the sessions opened with it", async () => {
  expect((await http().register("reset@example.com", PASSWORD)).status).toBe(201);
  const before = await http().signIn("reset@example.com", PASSWORD);

  expect(await createAdmin("reset@example.com", NEW_PASSWORD)).toMatchObject({ code: 0 });
  expect((await runFeed()).status).toBe(200);
  expect((await http().me(before.body.access_token)).status).toBe(401);
  expect((await http().signIn("reset@example.com", PASSWORD)).status).toBe(401);
  const after = await http().signIn("reset@example.com", NEW_PASSWORD);
  expect(await roles(after.body.access_token)).toContain("admin");
});

it("npm run dev makes the tables where the service looks, however the place is spelled", async () => {
  const port = await freePort();
  const elsewhere = await startScript({
    directory: project.directory,
    script: "dev",
    args: [...listenOn(port), `--persist-to=${join(temporary, "elsewhere")}`],
    ports: [port],
    isReady: async () => (await fetch(`http://localhost:${port}/health/ready`)).ok,
  });
  const made = await httpClient(elsewhere.base).register("ada@example.com", PASSWORD);
  await elsewhere.stop();
  expect(made.status).toBe(201);
});

it("admin:create works while the service does not run", async () => {
  await server.stop();
  expect(await createAdmin("early@example.com", ADMIN_PASSWORD)).toMatchObject({ code: 0 });
  server = await start();
  const { body } = await http().signIn("early@example.com", ADMIN_PASSWORD);
  expect(await roles(body.access_token)).toContain("admin");
});

it("a kill of npm alone stops the service and frees its port", async () => {
  expect(await isFree(server.port)).toBe(false);
  server.signalParent("SIGTERM");
  await until(() => isFree(server.port), 20_000);
});
