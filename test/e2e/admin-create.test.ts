import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { passwordHasher, SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";
import type { Password } from "../../src/domain/credentials/password.ts";
import { copyProject, type ProjectCopy, until } from "../support/dev-server.ts";
import { localDatabases } from "../support/local-database.ts";
import { runScript, type ScriptRun } from "../support/scripts.ts";

/* What admin:create takes for a password. No service runs: the database tells what it stored. */

const PASSWORD = "vier große 🐢 unter der Brücke";
/** The stand-in for a list of breaches knows this one alone. */
const BREACHED = "four tall lanterns near the harbour";
const DIGEST = createHash("sha1").update(BREACHED).digest("hex").toUpperCase();
const RANGE = `/range/${DIGEST.slice(0, 5)}`;

let project: ProjectCopy;
let list: Server;
const asked: string[] = [];

beforeAll(async () => {
  project = copyProject(inject("migratedState"));
  list = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.end(url === RANGE ? `${DIGEST.slice(5)}:3` : "");
  });
  await new Promise<void>((listening) => list.listen(0, "127.0.0.1", listening));
});

afterAll(() => {
  list.close();
  project.remove();
});

function createAdmin(
  email: string,
  input: string | Uint8Array,
  env: Record<string, string> = {},
): Promise<ScriptRun> {
  return runScript(project.directory, "admin:create", ["--email", email], { input, env });
}

function storedHash(email: string): string {
  const query = `select password_hash from users where email = '${email}'`;
  return String(localDatabases(project.directory).rows("users", query)[0]?.["password_hash"] ?? "");
}

const hasher = passwordHasher(SCRYPT_ENGINES.native, (length) => new Uint8Array(length));

const isStored = async (email: string) =>
  (await hasher.verify(PASSWORD as Password, storedHash(email))) === "match";

it("the password is what was typed", async () => {
  expect(await createAdmin("pipe@example.com", `${PASSWORD}\r\n`)).toMatchObject({ code: 0 });
  expect(await isStored("pipe@example.com")).toBe(true);
});

it("a password that did not come as it was typed is refused with the reason, and nothing is stored", async () => {
  const refused: [string, string | Uint8Array, Record<string, string>?][] = [
    ["not valid UTF-8", Buffer.from(PASSWORD, "latin1")],
    ["could not be read", "", { ADMIN_PASSWORD: `${PASSWORD}\ufffd` }],
  ];
  for (const [reason, input, env = {}] of refused) {
    const run = await createAdmin("refused@example.com", input, env);
    expect(run).toMatchObject({ code: 1 });
    expect(run.output).toContain(reason);
    expect(run.output).not.toContain("vier");
  }
  expect(storedHash("refused@example.com")).toBe("");
});

it("LOG-01 no tool that it starts is handed the password of the environment, and wrangler's log setting breaks nothing", async () => {
  const spy = join(project.directory, "spy.mjs");
  const seen = join(project.directory, "seen.txt");
  writeFileSync(
    spy,
    `import { appendFileSync } from "node:fs";
     const told = "ADMIN_PASSWORD" in process.env || "ACCESS_TOKEN" in process.env;
     appendFileSync(${JSON.stringify(seen)}, \`\${told} \${process.argv[1]}\\n\`);`,
  );
  const run = await createAdmin("spied@example.com", "", {
    ADMIN_PASSWORD: PASSWORD,
    ACCESS_TOKEN: "none of its business",
    NODE_OPTIONS: `--import=${pathToFileURL(spy)}`,
    WRANGLER_LOG: "debug",
  });
  expect(run).toMatchObject({ code: 0 });
  expect(await isStored("spied@example.com")).toBe(true);
  const tools = readFileSync(seen, "utf8")
    .split("\n")
    .filter((line) => line.includes("wrangler"));
  expect(tools.length).toBeGreaterThan(0);
  expect(tools.filter((line) => line.startsWith("true"))).toEqual([]);
});

const change = (statements: string): void =>
  localDatabases(project.directory).change("users", statements);

/** Runs it, and does something after it asked the database once and before it has a password. */
async function whileItWaits(
  email: string,
  meanwhile: () => void,
  input: string,
): Promise<ScriptRun> {
  const spy = join(project.directory, "read.mjs");
  const marker = join(project.directory, "read.txt");
  rmSync(marker, { force: true });
  writeFileSync(
    spy,
    `import { writeFileSync } from "node:fs";
     if (process.argv.includes("--command") && process.argv.includes("execute")) {
       process.on("exit", () => writeFileSync(${JSON.stringify(marker)}, ""));
     }`,
  );
  return runScript(project.directory, "admin:create", ["--email", email], {
    input,
    env: { NODE_OPTIONS: `--import=${pathToFileURL(spy)}` },
    async meanwhile() {
      await until(async () => existsSync(marker), 60_000);
      meanwhile();
    },
  });
}

/* What else may have become of it is tried in test/unit/scripts/admin-sql.test.ts. */
it("an account that appeared while a new one was being made is left alone", async () => {
  const email = "appeared@example.com";
  const appear = `insert into users (id, email, password_hash, created_at, updated_at)
    values ('usr_${"s".repeat(21)}A', '${email}', 'of a stranger', 1, 1)`;
  const run = await whileItWaits(email, () => change(appear), PASSWORD);
  expect(run).toMatchObject({ code: 1, output: expect.stringContaining("appeared") });
  expect(run.output).toContain("nothing was done");
  expect(run.output).not.toContain("is an administrator");
  expect(storedHash(email)).toBe("of a stranger");
  const { count } = localDatabases(project.directory);
  expect(count("user_roles", `user_id = 'usr_${"s".repeat(21)}A'`)).toBe(0);
});

it("a database that another process is writing to is asked again", async () => {
  const other = localDatabases(project.directory).opened("users");
  other.exec("begin immediate");
  const run = await whileItWaits("busy@example.com", () => other.close(), PASSWORD);
  expect(run).toMatchObject({ code: 0 });
  expect(storedHash("busy@example.com")).toMatch(/^\$scrypt/);
});

it("PWD-05 asks the list of breaches that the service asks, and goes on without it, saying so", async () => {
  const address = list.address();
  const port = typeof address === "object" ? address?.port : null;
  configure("BREACH_CHECK_URL", `http://127.0.0.1:${port}/range`);
  const refused = await createAdmin("breached@example.com", BREACHED);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.output).toContain("breached");
  expect(asked).toEqual([RANGE]);
  expect(storedHash("breached@example.com")).toBe("");

  await new Promise((closed) => list.close(closed));
  const without = await createAdmin("breached@example.com", BREACHED);
  expect(without).toMatchObject({ code: 0 });
  expect(without.output).toContain('"event":"breach_check_failed"');
  configure("BREACH_CHECK_URL", "");
});

it("PWD-04 asks for as many characters as the service, and for fifteen at least", async () => {
  configure("PASSWORD_MIN_LENGTH", "40");
  const short = await createAdmin("short@example.com", PASSWORD);
  expect(short).toMatchObject({ code: 1 });
  expect(short.output).toContain("too_short");
  configure("PASSWORD_MIN_LENGTH", "8");
  const fourteen = await createAdmin("short@example.com", "plunge 🐢 otter");
  expect(fourteen).toMatchObject({ code: 1 });
  expect(fourteen.output).toContain("too_short");
  expect(storedHash("short@example.com")).toBe("");
});

it("says so when the service would not run as it is configured, or there is no such environment", async () => {
  configure("PASSWORD_MIN_LENGTH", "many");
  const wrong = await createAdmin("early@example.com", PASSWORD);
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.output).toContain("PASSWORD_MIN_LENGTH");
  configure("PASSWORD_MIN_LENGTH", "15");
  const args = ["--email", "early@example.com", "--env", "prodution"];
  const unknown = await runScript(project.directory, "admin:create", args, { input: PASSWORD });
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.output).toContain("prodution");
  expect(storedHash("early@example.com")).toBe("");
});

/** A var of the development environment. */
function configure(name: string, value: string): void {
  const file = join(project.directory, "wrangler.toml");
  const text = readFileSync(file, "utf8");
  const others = text.replace(new RegExp(`^${name} = ".*"\\n`, "m"), "");
  writeFileSync(file, others.replace("[vars]\n", `[vars]\n${name} = "${value}"\n`));
}
