import type { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it } from "vitest";
import {
  countQuery,
  holdersQuery,
  importSql,
  type NewAccount,
  withId,
} from "../../../scripts/import/import-sql.ts";
import { eventMessage } from "../../../src/api/wire/events/event-message.ts";
import { parseEmail } from "../../../src/domain/accounts/email.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import { migratedSqlite } from "../../support/migrated-sqlite.ts";

/** Bytes of a statement that D1 takes. */
const D1_LIMIT = 100_000;
const NOW = 2_000_000_000_000;

let database: DatabaseSync;

beforeEach(() => {
  database = migratedSqlite();
  database.exec("insert into roles (name) values ('editor')");
});

function account(local: string, more: Partial<NewAccount> = {}): NewAccount {
  const email = parseEmail(`${local}@example.com`);
  if (!email.ok) throw new Error(email.error);
  return withId({
    id: null,
    email: email.value,
    emailVerified: true,
    name: null,
    passwordHash: null,
    roles: [],
    status: "active",
    createdAt: 1_700_000_000_000,
    ...more,
  });
}

function run(accounts: readonly NewAccount[], tag = "import-1"): void {
  for (const statement of importSql(accounts, tag, NOW)) database.exec(statement);
}

const all = (query: string) =>
  database
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));

it("an account is stored as the service stores one, and nobody is told of a change", () => {
  const made = account("ada", { name: "Ada", passwordHash: "$2b$", roles: ["editor", "user"] });
  run([made, account("grace", { status: "disabled", emailVerified: false })]);
  expect(all("select * from users order by email")).toEqual([
    {
      id: made.id,
      email: "ada@example.com",
      email_verified: 1,
      name: "Ada",
      password_hash: "$2b$",
      password_set_at: NOW,
      status: "active",
      version: 1,
      change_id: "import-1",
      created_at: 1_700_000_000_000,
      updated_at: NOW,
      expires_at: null,
      factors_void_at: 0,
    },
    expect.objectContaining({
      email_verified: 0,
      name: null,
      password_hash: null,
      status: "disabled",
    }),
  ]);
  const roles = all(`select email, role from user_roles join users on id = user_id order by 1, 2`);
  expect(roles.map(({ email, role }) => `${email} ${role}`)).toEqual([
    "ada@example.com editor",
    "ada@example.com user",
    "grace@example.com user",
  ]);
  expect(all("select * from change_feed")).toEqual([]);
  expect(all("select * from own_changes")).toEqual([]);
});

it("of what was made, and of nothing else, an event is told that the consumer takes, once", () => {
  const first = account("ada", { roles: ["editor", "user"] });
  run([first]);
  run([first], "import-1");
  run([account("ada"), account("grace", { id: first.id })], "import-2");
  const told = all("select id, message, due_at from outbox");
  expect(told).toHaveLength(1);
  const [row] = told;
  const message = eventMessage.parse(JSON.parse(String(row?.["message"])));
  expect(message).toEqual({
    event: {
      id: row?.["id"],
      type: "user.imported",
      occurredAt: NOW,
      seq: null,
      actor: { kind: "operator", id: "import" },
      subject: { kind: "user", id: first.id },
      context: { ip: null, userAgent: null, requestId: null },
      outcome: "success",
      reason: null,
      data: { roles: ["user", "editor"] },
    },
    keeper: { kind: "record" },
  });
  expect(row?.["due_at"]).toBe(NOW);
});

it("what is there already, by address or by id, is left as it is, roles and all", () => {
  const first = account("ada", { name: "Ada" });
  run([first]);
  const again = account("ada", { name: "Other", roles: ["editor"] });
  run([again, account("grace", { id: first.id, roles: ["editor"] }), account("new")], "import-2");
  expect(all("select email, name from users order by email")).toEqual([
    { email: "ada@example.com", name: "Ada" },
    { email: "new@example.com", name: null },
  ]);
  expect(all("select role from user_roles where role = 'editor'")).toEqual([]);
  expect(all(countQuery("import-2"))).toEqual([{ made: 1 }]);
  expect(all(holdersQuery([first.id]))).toEqual([{ id: first.id, email: "ada@example.com" }]);
});

it("a name is text to whatever reads the statements", () => {
  const names = [
    "O'Brien; DROP TABLE users; --",
    "BEGIN TRANSACTION;",
    "a\\u0027b",
    '"quoted" /*',
    "ä🐢",
  ];
  run(names.map((name, at) => account(`u${at}`, { name })));
  expect(all("select name from users order by email").map(({ name }) => name)).toEqual(names);
  const text = importSql([account("u9", { name: "BEGIN TRANSACTION; '" })], "import-1", NOW).join(
    "",
  );
  expect(text).not.toContain("BEGIN TRANSACTION");
  expect(text.split("'").length % 2).toBe(1);
});

it("no statement is longer than D1 takes, whatever stands in the accounts", () => {
  const roles = Array.from({ length: 49 }, (_, at) => `${"r".repeat(60)}${at}`);
  const accounts = Array.from({ length: 300 }, (_, at) =>
    account(`${"x".repeat(60)}${at}`, {
      name: " '".repeat(100),
      passwordHash: "h".repeat(600),
      roles,
    }),
  );
  const statements = importSql(accounts, "import-1", NOW);
  const small = Array.from({ length: 2_000 }, (_, at) => account(`${at}`));
  const sizes = [...statements, ...importSql(small, "import-1", NOW)].map((statement) =>
    Buffer.byteLength(statement),
  );
  expect(Math.max(...sizes)).toBeLessThan(D1_LIMIT);
  for (const { id } of accounts)
    expect(statements.filter((one) => one.includes(id))).toHaveLength(5);
});

it("without an id an account gets one of the service's form, of its own", () => {
  const ids = Array.from({ length: 50 }, () => account("ada").id);
  expect(new Set(ids).size).toBe(50);
  expect(ids.every((id) => parseUserId(id).ok)).toBe(true);
});
