import type { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { adminSql, type Found } from "../../../scripts/admin-sql.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import { migratedSqlite } from "../../support/migrated-sqlite.ts";

/* What admin:create does to the account that it read a while ago. */

const EMAIL = "ops@example.com" as Email;
const OWNER = `usr_${"o".repeat(21)}A`;
const STRANGER = `usr_${"s".repeat(21)}A`;
const NOW = 2_000_000_000_000;

let database: DatabaseSync;

beforeEach(() => {
  database = migratedSqlite();
});

const insert = (id: string, verified: 0 | 1) =>
  database.exec(
    `insert into users (id, email, email_verified, password_hash, status, created_at, updated_at)
     values ('${id}', '${EMAIL}', ${verified}, 'hash of ${id}', 'disabled', 1, 1)`,
  );

/** @returns whether it was told that it is done */
function make(existing: Found | null, hash: string | null): boolean {
  const { write, check } = adminSql({ email: EMAIL, existing, hash, now: NOW });
  for (const statement of write) database.exec(statement);
  return database.prepare(check).get() !== undefined;
}

/** The only one that there is, whatever its address. */
const account = () => ({
  ...database
    .prepare(
      `select id, email, email_verified, password_hash, status, version,
         (select group_concat(role) from user_roles where user_id = id order by role) as roles
       from users`,
    )
    .get(),
});

const told = () => database.prepare("select message from outbox").all();

const read = (verified: 0 | 1): Found => ({ id: OWNER, version: 1, email_verified: verified });

describe("an account that is as it was read", () => {
  it("is active, verified and an administrator's, and keeps its password", () => {
    insert(OWNER, 1);
    expect(make(read(1), null)).toBe(true);
    // The version moves once for the account and, by trigger, once for each role that is new.
    expect(account()).toEqual({
      id: OWNER,
      email: EMAIL,
      email_verified: 1,
      password_hash: `hash of ${OWNER}`,
      status: "active",
      version: 4,
      roles: "admin,user",
    });
    expect(told()).toEqual([]);
  });

  it("has the new password, where one was given, and is made one again without harm", () => {
    insert(OWNER, 0);
    expect(make(read(0), "new")).toBe(true);
    expect(account()).toMatchObject({ email_verified: 1, password_hash: "new", version: 4 });
    expect(make({ ...read(1), version: 4 }, "newer")).toBe(true);
    expect(account()).toMatchObject({ password_hash: "newer", version: 5, roles: "admin,user" });
  });
});

describe("nothing is done, and nothing is told,", () => {
  it.each([
    ["keeping the password", null, 1],
    ["with a new password", "new", 1],
    ["with a new password, the address never verified", "new", 0],
  ] as const)("to an account that became a stranger's, %s", (_, hash, verified) => {
    insert(STRANGER, verified);
    const before = account();
    expect(make(read(verified), hash)).toBe(false);
    expect(account()).toEqual(before);
  });

  it.each(["version = version + 1", "email_verified = 0", "email = 'else@example.com'"])(
    "to an account of which meanwhile %s",
    (change) => {
      insert(OWNER, 1);
      database.exec(`update users set ${change} where id = '${OWNER}'`);
      const before = account();
      expect(make(read(1), "new")).toBe(false);
      expect(account()).toEqual(before);
    },
  );

  it("to an account that appeared while a new one was being made", () => {
    insert(STRANGER, 0);
    expect(make(null, "new")).toBe(false);
    expect(account()).toMatchObject({
      id: STRANGER,
      password_hash: `hash of ${STRANGER}`,
      roles: null,
    });
    expect(told()).toEqual([]);
  });
});

it("a new account is an administrator's, and its making is told", () => {
  expect(make(null, "new")).toBe(true);
  expect(account()).toMatchObject({ email_verified: 1, password_hash: "new", roles: "admin,user" });
  expect(told()).toHaveLength(1);
  expect(String(told()[0]?.["message"])).toContain('"user.created"');
});
