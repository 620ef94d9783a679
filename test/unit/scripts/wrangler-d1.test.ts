import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readRows } from "../../../scripts/wrangler-d1.ts";

const LOCAL = { environment: undefined, remote: false, directory: undefined };
const REMOTE = { environment: "production", remote: true, directory: undefined };

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
const complaint = (target: typeof LOCAL | typeof REMOTE): string => {
  try {
    readRows(target, "select 1");
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
    expect(readRows(LOCAL, "select 1 as one")).toEqual([{ one: 1 }]);
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

  it("finds the rows among notices, whatever brackets are in those", () => {
    pretend(`console.log("▲ [WARNING] update available"); ${ROWS} console.log("[done]");`);
    expect(readRows(LOCAL, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("says what it got where there are no rows", () => {
    pretend('console.log("✨ done");');
    expect(complaint(LOCAL)).toContain("answered no rows:\n✨ done");
  });
});
