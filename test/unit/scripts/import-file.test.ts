import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../scripts/database.ts";
import { importFile } from "../../../scripts/import/import-file.ts";
import { FOREIGN_HASHES } from "../../support/foreign-hashes.ts";
import { migratedSqlite, scriptDatabase } from "../../support/migrated-sqlite.ts";

/* What makes a line an account is in user-line.test.ts. */

const NOW = 2_000_000_000_000;
const [BCRYPT = "", PLAIN = ""] = [
  FOREIGN_HASHES["bcrypt 2b"],
  FOREIGN_HASHES["SHA-256, the salt first"],
];

let directory: string;
let sqlite: DatabaseSync;
let database: Database;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "import-"));
  sqlite = migratedSqlite();
  sqlite.exec("insert into roles (name) values ('editor')");
  database = scriptDatabase(sqlite);
});

afterEach(() => rmSync(directory, { recursive: true }));

const path = (name: string): string => join(directory, name);

function write(lines: readonly unknown[]): string {
  writeFileSync(path("users"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path("users");
}

type Options = {
  readonly refusedFile?: string;
  readonly fromLine?: number;
  readonly allowPlainSha2?: boolean;
  readonly isInterrupted?: () => boolean;
};

/** @returns its exit code, and both streams together */
async function run(file: string, options: Options = {}): Promise<{ code: number; output: string }> {
  let output = "";
  const write = (text: string | Uint8Array): boolean => {
    output += text;
    return true;
  };
  const { refusedFile, fromLine = 1, allowPlainSha2 = false } = options;
  const { isInterrupted = () => false } = options;
  const code = await importFile(
    { database, stdout: { write }, stderr: { write, isTTY: false }, isInterrupted },
    { file, fromLine, refusedFile, rules: { now: NOW, allowPlainSha2 } },
  );
  return { code, output };
}

const rows = (query: string) => sqlite.prepare(query).all();

const everything = () => ({
  users: rows("select * from users order by id"),
  roles: rows("select * from user_roles order by user_id, role"),
  noted: rows("select * from change_feed"),
  marked: rows("select * from own_changes"),
});

const MIXED = [
  { email: "mixed@example.com", password_hash: BCRYPT, roles: ["editor"], name: "M; 'x'" },
  { email: "no address" },
  { email: "plain@example.com", password_hash: PLAIN },
  { email: "costly@example.com", password_hash: BCRYPT.replace("$06$", "$31$") },
  { email: "boss@example.com", roles: ["admin"] },
  { email: "nobody@example.com", roles: ["no-such-role"] },
  { email: "Mixed@example.com" },
  { email: "invited@example.com", email_verified: true },
];

describe("a file of accounts", () => {
  it("is imported once, however often it is run, and what is refused is listed without what it holds", async () => {
    const file = write(MIXED);
    const first = await run(file);
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
    for (const secret of [BCRYPT.slice(-20), PLAIN.slice(-20), "plain@", "boss@"]) {
      expect(first.output).not.toContain(secret);
    }
    const before = everything();
    expect(before.users).toHaveLength(2);
    expect(before).toMatchObject({ noted: [], marked: [] });

    const second = await run(file);
    expect(second.output).toContain("0 accounts made, 2 already there, 6 lines refused.");
    expect(everything()).toEqual(before);
  });

  it("has its refused lines listed in a file, which is made anew", async () => {
    const refusedFile = path("refused.txt");
    writeFileSync(refusedFile, "line 99: of another run\n");
    const { code, output } = await run(write(MIXED), { refusedFile });
    expect(code).toBe(2);
    expect(output).not.toContain("line 2");
    expect(output).toContain(`The refused lines: ${refusedFile}\n`);
    expect(readFileSync(refusedFile, "utf8").match(/^line \d: /gm)).toHaveLength(6);

    const none = await run(write([]), { refusedFile });
    expect(none).toEqual({
      code: 0,
      output: "0 accounts made, 0 already there, 0 lines refused.\n",
    });
    expect(readFileSync(refusedFile, "utf8")).toBe("");
  });

  it("may hold hashes of a single round only where that is allowed", async () => {
    const file = write([{ email: "plain@example.com", password_hash: PLAIN }]);
    expect(await run(file)).toMatchObject({ code: 2 });
    const allowed = await run(file, { allowPlainSha2: true });
    expect(allowed).toMatchObject({ code: 0, output: expect.stringContaining("1 accounts made") });
  });

  it("is begun where one says, and a line before that still makes another a twin", async () => {
    const [ada, grace] = [{ email: "ada@example.com" }, { email: "grace@example.com" }];
    const { code, output } = await run(write([ada, grace, ada]), { fromLine: 2 });
    expect(code).toBe(2);
    expect(output).toContain("line 3: email: is that of line 1");
    expect(rows("select email from users")).toEqual([grace]);
  });
});

it("an id that another account has is refused, and the account is left as it is", async () => {
  await run(write([{ email: "ada@example.com" }]));
  const before = everything();
  const [{ id } = {}] = before.users;
  const others = await run(write([{ id, email: "else@example.com" }]));
  expect(others).toMatchObject({
    code: 2,
    output: expect.stringContaining("line 1: id: is another account's"),
  });
  const own = await run(write([{ id, email: "ADA@example.com" }]));
  expect(own).toMatchObject({ code: 0, output: expect.stringContaining("1 already there") });
  expect(everything()).toEqual(before);
});

describe("what ends in the middle", () => {
  const many = () =>
    write(Array.from({ length: 5_001 }, (_, at) => ({ email: `${at}@example.com` })));
  const count = () => rows("select 1 from users").length;
  const LEFT = `Every line before 2501 is done. Run the same again: what is there is left
alone. It goes on at once with --from-line 2501.\n`;

  /** The second batch does not go in. */
  function failing(failure: () => void): void {
    let batches = 0;
    const { executeSql } = database;
    database = {
      ...database,
      executeSql(statements) {
        batches += 1;
        if (batches === 2) failure();
        executeSql(statements);
      },
    };
  }

  it("says why, and from which line on the rest is to be done, once", async () => {
    failing(() => {
      throw new Error("wrangler d1 execute: it failed.");
    });
    const file = many();
    const failed = await run(file);
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/^\d+ %: 2500 lines\nwrangler d1 execute: it failed\.\nEvery/);
    expect(failed.output).toContain(LEFT);
    expect(count()).toBe(2_500);

    const rest = await run(file, { fromLine: 2_501 });
    expect(rest.output).toContain("2501 accounts made, 0 already there, 0 lines refused.");
    const again = await run(file);
    expect(again.output).toContain("0 accounts made, 5001 already there, 0 lines refused.");
    expect(again.code).toBe(0);
    const { roles, noted, marked } = everything();
    expect(roles).toHaveLength(5_001);
    expect([noted, marked]).toEqual([[], []]);
  });

  it.each([
    ["while a batch went in", 2_500, 2_501],
    ["between two batches", 5_000, 5_001],
  ])("by an interruption %s, says so and nothing else", async (when, made, line) => {
    let isInterrupted = false;
    failing(() => {
      setImmediate(() => {
        isInterrupted = true;
      });
      // The tool is interrupted as well, unless it was done.
      if (made === 2_500) throw new Error("wrangler d1 execute: it failed.");
    });
    const { code, output } = await run(many(), { isInterrupted: () => isInterrupted });
    expect(code, when).toBe(130);
    expect(output).toContain("Interrupted.\n");
    expect(output).not.toContain("it failed");
    expect(output).toContain(`--from-line ${line}.`);
    expect(count()).toBe(made);
  });
});
