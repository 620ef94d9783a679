import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Target, wranglerDatabase } from "../../../scripts/wrangler-d1.ts";

const LOCAL: Target = { environment: undefined, remote: false, directory: undefined };
const REMOTE: Target = { environment: "production", remote: true, directory: undefined };

/** Where alone programs are looked for. */
let path: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "path-"));
  vi.stubEnv("PATH", path);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(path, { recursive: true });
});

/** What a script says when wrangler fails, or is not there. */
const complaint = (target: Target): string => {
  try {
    wranglerDatabase(target).readRows("select 1");
  } catch (error) {
    return String(error);
  }
  return "none";
};

/** Stands in for wrangler; what it is to do may use `tries`, how often it was started. */
function pretend(program: string): void {
  const count = JSON.stringify(join(path, "tries"));
  const lines = [
    `#!${process.execPath}`,
    'const { appendFileSync, readFileSync } = require("node:fs");',
    `appendFileSync(${count}, "x");`,
    `const tries = readFileSync(${count}).length;`,
    program,
  ];
  writeFileSync(join(path, "wrangler"), lines.join("\n"), { mode: 0o700 });
}

/** What it was started with, where the program it stands in for is `RECORDED`. */
const started = () => JSON.parse(readFileSync(join(path, "started"), "utf8"));

/** Writes down arguments, environment and file, as any process could look at them. */
const RECORDED = `
  const { statSync, writeFileSync } = require("node:fs");
  const args = process.argv.slice(2);
  const file = args.includes("--file") ? args[args.indexOf("--file") + 1] : null;
  const seen = file && { mode: statSync(file).mode & 0o777, text: readFileSync(file, "utf8") };
  const log = process.env.WRANGLER_LOG;
  writeFileSync(__dirname + "/started", JSON.stringify({ args, file, seen, log }));`;

const tries = (): number => readFileSync(join(path, "tries")).length;

/** What wrangler says while another process writes, of a statement that writes and of a read. */
const LOCKED = {
  write: 'console.log(JSON.stringify({ error: { text: "database is locked: SQLITE_BUSY" } }));',
  read: `console.log(JSON.stringify({ error: { text: "internal error; reference = x" } }));
    console.error("SQLite failed; database is locked: SQLITE_BUSY");`,
};
const ROWS = "console.log(JSON.stringify([{ results: [{ one: 1 }], success: true }], null, 2));";

describe("a script that asks D1 through wrangler", () => {
  it("says so when there is no wrangler", () => {
    expect(complaint(LOCAL)).toMatch(/wrangler cannot be run: .*npm ci/);
  });

  it("says how the missing tables are made, which differs at Cloudflare", () => {
    pretend('console.log("no such table: users"); process.exit(1);');
    expect(complaint(LOCAL)).toContain("`npm run dev` does");
    const apply = "`wrangler d1 migrations apply DB --remote --env production` does";
    expect(complaint(REMOTE)).toContain(apply);
  });

  it.each(Object.entries(LOCKED))("tries again while another process %ss", (_, locked) => {
    pretend(`if (tries < 3) { ${locked} process.exit(1); } ${ROWS}`);
    expect(wranglerDatabase(LOCAL).readRows("select 1 as one")).toEqual([{ one: 1 }]);
    expect(tries()).toBe(3);
  });

  it("gives up on a lock that stays, and says what it is", () => {
    pretend(`${LOCKED.read} process.exit(1);`);
    expect(complaint(LOCAL)).toContain("another process keeps the database locked");
    expect(tries()).toBe(5);
  });

  it.each([
    ["another failure", LOCAL, 'console.log("no such column: two");'],
    ["what D1 at Cloudflare says of locks", REMOTE, LOCKED.write],
  ])("repeats nothing after %s", (_, target, failure) => {
    pretend(`${failure} process.exit(1);`);
    expect(complaint(target)).toContain("wrangler d1 execute");
    expect(tries()).toBe(1);
  });

  it.each<[Target, string]>([
    [LOCAL, "--local"],
    [{ ...LOCAL, directory: "state" }, "--local --persist-to state"],
    [{ ...LOCAL, environment: "test" }, "--local --env test"],
    [REMOTE, "--remote --env production"],
  ])("asks the database that is meant: %j", (target, options) => {
    pretend(`${RECORDED} ${ROWS}`);
    wranglerDatabase(target).readRows("select 1 as one");
    expect(started().args.join(" ")).toBe(
      `d1 execute DB --json --yes --command select 1 as one ${options}`,
    );
  });

  it("asks the database of the audit trail where that is meant, and says what it lacks", () => {
    pretend(`${RECORDED} ${ROWS}`);
    wranglerDatabase(LOCAL, "AUDIT_DB").readRows("select 1 as one");
    expect(started().args.slice(0, 3)).toEqual(["d1", "execute", "AUDIT_DB"]);
    pretend('console.log("no such table: events"); process.exit(1);');
    expect(() => wranglerDatabase(REMOTE, "AUDIT_DB").readRows("select 1")).toThrow(
      "`wrangler d1 migrations apply AUDIT_DB --remote --env production` does",
    );
  });

  it("hears more than a megabyte of rows", () => {
    pretend(`const text = "x".repeat(1_000);
      console.log(JSON.stringify([{ results: Array(3_000).fill({ text }) }], null, 2));`);
    expect(wranglerDatabase(LOCAL).readRows("select text")).toHaveLength(3_000);
  });

  it("hears rows and nothing else, whatever the shell says of wrangler's log", () => {
    vi.stubEnv("WRANGLER_LOG", "debug");
    pretend(`${RECORDED} ${ROWS}`);
    wranglerDatabase(LOCAL).readRows("select 1 as one");
    expect(started().log).toBe("log");
  });

  it.each([
    ["is done", 0],
    ["fails", 1],
  ])("shows nobody else what it writes, and leaves no file when that %s", (_, status) => {
    pretend(`${RECORDED} ${ROWS} process.exit(${status});`);
    const write = () => wranglerDatabase(LOCAL).executeSql(["select 1", "select 2"]);
    if (status === 0) write();
    else expect(write).toThrow("wrangler d1 execute");
    const { args, file, seen } = started();
    expect(seen).toEqual({ mode: 0o600, text: "select 1;\nselect 2;\n" });
    expect(args.join(" ")).not.toContain("select");
    expect(existsSync(file)).toBe(false);
  });

  it("finds the rows among notices, whatever brackets are in those", () => {
    pretend(`console.log("▲ [WARNING] update available"); ${ROWS} console.log("[done]");`);
    expect(wranglerDatabase(LOCAL).readRows("select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("says what it got where there are no rows", () => {
    pretend('console.log("✨ done");');
    expect(complaint(LOCAL)).toContain("answered no rows:\n✨ done");
  });
});
