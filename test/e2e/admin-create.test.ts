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

it("the password is what was typed, from a pipe and from the environment", async () => {
  expect(await createAdmin("pipe@example.com", `${PASSWORD}\r\n`)).toMatchObject({ code: 0 });
  const given = await createAdmin("env@example.com", "", { ADMIN_PASSWORD: PASSWORD });
  expect(given).toMatchObject({ code: 0 });
  for (const email of ["pipe@example.com", "env@example.com"]) {
    expect(await hasher.verify(PASSWORD as Password, storedHash(email))).toBe("match");
  }
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

it("LOG-01 no tool that it starts is handed the password, and wrangler's log setting breaks nothing", async () => {
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

const OWNER = `usr_${"o".repeat(21)}A`;
const STRANGER = `usr_${"s".repeat(21)}A`;
const insert = (id: string, email: string, verified: 0 | 1) =>
  `insert into users (id, email, email_verified, password_hash, created_at, updated_at)
   values ('${id}', '${email}', ${verified}, 'hash of ${id}', 1, 1);`;

function administrators(email: string): unknown {
  const query = `select users.id || ' ' || email_verified || ' ' || password_hash || ' ' ||
    version || ' ' || (select count(*) from user_roles where user_id = users.id) as found
    from users where email = '${email}'`;
  return localDatabases(project.directory).rows("users", query)[0]?.["found"];
}

it.each([
  ["keeping the password", "", 1],
  ["with a new password", PASSWORD, 1],
  ["with a new password, the address never verified", PASSWORD, 0],
] as const)(
  "an account that became a stranger's while it waited is left alone: %s",
  async (_, input, verified) => {
    const email = `moved-${input.length}-${verified}@example.com`;
    change(
      `delete from users where id in ('${OWNER}', '${STRANGER}'); ${insert(OWNER, email, verified)}`,
    );
    const moved = `delete from users where id = '${OWNER}'; ${insert(STRANGER, email, verified)}`;
    const run = await whileItWaits(email, () => change(moved), input);
    expect(run).toMatchObject({ code: 1 });
    expect(run.output).toContain("nothing was done");
    expect(run.output).not.toContain("is an administrator");
    expect(administrators(email)).toBe(`${STRANGER} ${verified} hash of ${STRANGER} 1 0`);
  },
);

it("an account that was changed while it waited is left alone", async () => {
  const email = "changed@example.com";
  const setUp = `delete from users where id = '${OWNER}'; ${insert(OWNER, email, 1)}`;
  change(setUp);
  const newer = `update users set version = version + 1 where id = '${OWNER}'`;
  const run = await whileItWaits(email, () => change(newer), "");
  expect(run).toMatchObject({ code: 1, output: expect.stringContaining("nothing was done") });
  expect(administrators(email)).toBe(`${OWNER} 1 hash of ${OWNER} 2 0`);
});

it("an account that appeared while a new one was being made is left alone", async () => {
  const email = "appeared@example.com";
  change(`delete from users where id = '${STRANGER}'`);
  const run = await whileItWaits(email, () => change(insert(STRANGER, email, 0)), PASSWORD);
  expect(run).toMatchObject({ code: 1, output: expect.stringContaining("appeared") });
  expect(administrators(email)).toBe(`${STRANGER} 0 hash of ${STRANGER} 1 0`);
});

it("a database that another process is writing to is asked again", async () => {
  const other = localDatabases(project.directory).opened("users");
  other.exec("begin immediate");
  const run = await whileItWaits("busy@example.com", () => other.close(), PASSWORD);
  expect(run).toMatchObject({ code: 0 });
  expect(storedHash("busy@example.com")).toMatch(/^\$scrypt/);
});

it("an account that is there and stays as it was read is made an administrator, either way", async () => {
  const email = "there@example.com";
  const setUp = `delete from users where id = '${OWNER}'; ${insert(OWNER, email, 1)}`;
  change(setUp);
  expect(await createAdmin(email, "")).toMatchObject({ code: 0 });
  // The version moves once for the account and, by trigger, once for each role that is new.
  expect(administrators(email)).toBe(`${OWNER} 1 hash of ${OWNER} 4 2`);
  expect(await createAdmin(email, PASSWORD)).toMatchObject({ code: 0 });
  expect(administrators(email)).toMatch(new RegExp(`^${OWNER} 1 \\$scrypt-.* 5 2$`));
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
