import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { passwordHasher, SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";
import type { Password } from "../../src/domain/credentials/password.ts";
import { copyProject, type ProjectCopy } from "../support/dev-server.ts";
import { localDatabases } from "../support/local-database.ts";
import { runScript, type ScriptRun } from "../support/scripts.ts";

/*
 * admin:create as a process. No service runs: the database tells what it stored. Whom it makes an
 * administrator, and with which password, is tried in test/unit/scripts/make-admin.test.ts.
 */

const PASSWORD = "vier große 🐢 unter der Brücke";

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject(inject("migratedState"));
});

afterAll(() => project.remove());

function createAdmin(
  args: readonly string[],
  input: string | Uint8Array = PASSWORD,
  env: Record<string, string> = {},
): Promise<ScriptRun> {
  return runScript(project.directory, "admin:create", args, { input, env });
}

const rows = (query: string) => localDatabases(project.directory).rows("users", query);

const storedHash = (email: string): string =>
  String(rows(`select password_hash from users where email = '${email}'`)[0]?.["password_hash"]);

it("LOG-01 no tool that it starts is handed the password of the environment, and wrangler's log setting breaks nothing", async () => {
  const spy = join(project.directory, "spy.mjs");
  const seen = join(project.directory, "seen.txt");
  writeFileSync(
    spy,
    `import { appendFileSync } from "node:fs";
     const told = "ADMIN_PASSWORD" in process.env || "ACCESS_TOKEN" in process.env;
     appendFileSync(${JSON.stringify(seen)}, \`\${told} \${process.argv[1]}\\n\`);`,
  );
  const run = await createAdmin(["--email", "spied@example.com"], "", {
    ADMIN_PASSWORD: PASSWORD,
    ACCESS_TOKEN: "none of its business",
    NODE_OPTIONS: `--import=${pathToFileURL(spy)}`,
    WRANGLER_LOG: "debug",
  });
  expect(run).toMatchObject({ code: 0 });
  const hasher = passwordHasher(SCRYPT_ENGINES.native, (length) => new Uint8Array(length));
  expect(await hasher.verify(PASSWORD as Password, storedHash("spied@example.com"))).toBe("match");
  expect(rows("select role from user_roles order by role")).toEqual([
    { role: "admin" },
    { role: "user" },
  ]);
  const tools = readFileSync(seen, "utf8")
    .split("\n")
    .filter((line) => line.includes("wrangler"));
  expect(tools.length).toBeGreaterThan(0);
  expect(tools.filter((line) => line.startsWith("true"))).toEqual([]);
});

/** @returns what it said when it made nobody an administrator */
async function refusal(...[args, input]: Parameters<typeof createAdmin>): Promise<string> {
  const before = rows("select * from users");
  const { code, output } = await createAdmin(args, input);
  expect(code).toBe(1);
  expect(rows("select * from users")).toEqual(before);
  return output;
}

const NEW = ["--email", "refused@example.com"];

it("no address, and a password that did not come as it was typed, are refused with the reason", async () => {
  expect(await refusal(["--email", "no address"])).toContain("Say whose account");
  const output = await refusal(NEW, Buffer.from(PASSWORD, "latin1"));
  expect(output).toBe("The secret is not valid UTF-8. Nothing was done.\n");
});

it("a database without tables is told of", async () => {
  const empty = ["--persist-to", join(project.directory, "empty")];
  expect(await refusal([...NEW, ...empty])).toContain("apply the migrations");
});

it("PWD-04 asks for as many characters as the service", async () => {
  configure("PASSWORD_MIN_LENGTH", "40");
  expect(await refusal(NEW)).toContain("too_short");
});

it("says so when the service would not run as it is configured, or there is no such environment", async () => {
  configure("PASSWORD_MIN_LENGTH", "many");
  expect(await refusal(NEW)).toContain("PASSWORD_MIN_LENGTH");
  configure("PASSWORD_MIN_LENGTH", "15");
  expect(await refusal([...NEW, "--env", "prodution"])).toContain("prodution");
});

/** A var of the development environment. */
function configure(name: string, value: string): void {
  const file = join(project.directory, "wrangler.toml");
  const text = readFileSync(file, "utf8");
  const others = text.replace(new RegExp(`^${name} = ".*"\\n`, "m"), "");
  writeFileSync(file, others.replace("[vars]\n", `[vars]\n${name} = "${value}"\n`));
}
