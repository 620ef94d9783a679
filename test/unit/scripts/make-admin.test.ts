import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { adminPolicy, makeAdmin } from "../../../scripts/make-admin.ts";
import type { LogEvent } from "../../../src/core/logging.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import { err, ok, type Result } from "../../../src/domain/result.ts";
import { migratedSqlite, scriptDatabase } from "../../support/migrated-sqlite.ts";

/* What becomes of an account between the reading of it and the change is in admin-sql.test.ts. */

const EMAIL = "ops@example.com" as Email;
const ID = `usr_${"o".repeat(21)}A`;
const PASSWORD = "vier große 🐢 unter der Brücke";
/** The stand-in for a list of breaches knows this one alone. */
const BREACHED = "four tall lanterns near the harbour";
const DIGEST = createHash("sha1").update(BREACHED).digest("hex").toUpperCase();
const NOW = 2_000_000_000_000;

let sqlite: DatabaseSync;
let asked: string[];
let logged: LogEvent[];
let prompts: string[];

beforeEach(() => {
  sqlite = migratedSqlite();
  asked = [];
  logged = [];
  prompts = [];
});

const log = {
  info: (event: LogEvent) => void logged.push(event),
  warn: (event: LogEvent) => void logged.push(event),
  error: (event: LogEvent) => void logged.push(event),
};

const breachList: typeof fetch = async (url) => {
  asked.push(String(url));
  return new Response(`${DIGEST.slice(5)}:3`);
};

const policyOf = (
  passwordMinLength = 15,
  fetcher = breachList,
  breachCheckUrl: string | null = null,
) => adminPolicy({ passwordMinLength, breachCheckUrl }, fetcher, log);

/** @param meanwhile what happens while it waits for the password */
const make = (
  typed: string | Result<string, string>,
  { policy = policyOf(), database = scriptDatabase(sqlite), meanwhile = () => {} } = {},
) =>
  makeAdmin(
    {
      database,
      policy,
      async readPassword(prompt) {
        prompts.push(prompt);
        meanwhile();
        return typeof typed === "string" ? ok(typed) : typed;
      },
      hash: async (password) => `hash of ${password}`,
      now: () => NOW,
    },
    EMAIL,
  );

const change = (statements: string) => sqlite.exec(statements);

const register = (verified: 0 | 1) =>
  change(`insert into users (id, email, email_verified, password_hash, created_at, updated_at)
    values ('${ID}', '${EMAIL}', ${verified}, 'the old one', 1, 1)`);

const account = () => ({
  ...sqlite
    .prepare(
      `select id, password_hash as hash, password_set_at as since,
         (select group_concat(role) from user_roles where user_id = id order by role) as roles
       from users where email = ?`,
    )
    .get(EMAIL),
});

/** @returns what it said; it did nothing */
async function refusal(...made: Parameters<typeof make>): Promise<string> {
  const before = account();
  const result = await make(...made);
  expect(account()).toEqual(before);
  return result.ok ? "not refused" : result.error;
}

describe("a new account", () => {
  it("has the password that was typed", async () => {
    const said = `${EMAIL} is an administrator, with the password given.`;
    expect(await make(PASSWORD)).toEqual(ok(said));
    expect(prompts).toEqual([`Password for ${EMAIL}: `]);
    expect(account()).toMatchObject({
      hash: `hash of ${PASSWORD}`,
      since: NOW,
      roles: "admin,user",
    });
  });

  it("needs one", async () => {
    expect(await refusal("")).toContain("A password is needed");
  });

  it("is not made while another one with its address appears", async () => {
    expect(await make(PASSWORD, { meanwhile: () => register(0) })).toEqual(
      err(
        `An account with that address appeared while this ran, so nothing was done. Look whose ${EMAIL} is now, and run it again.`,
      ),
    );
    expect(account()).toMatchObject({ id: ID, hash: "the old one", roles: null });
  });
});

describe("an account that is there", () => {
  it("keeps its password when none is given, if its address is verified", async () => {
    register(1);
    const said = `${EMAIL} is an administrator.
The account was there before: its password was kept. Open sessions notice within 90 seconds.`;
    expect(await make("")).toEqual(ok(said));
    expect(prompts).toEqual([`${EMAIL} has an account. New password (empty keeps the old one): `]);
    expect(account()).toMatchObject({ hash: "the old one", roles: "admin,user" });
  });

  it("needs a new password where nobody has verified the address: the old may be a stranger's", async () => {
    register(0);
    expect(await refusal("")).toContain("its address was never verified");
    expect(prompts).toEqual([`Password for ${EMAIL}: `]);
    expect(await make(PASSWORD)).toMatchObject({ ok: true });
    expect(account()).toMatchObject({ roles: "admin,user" });
  });

  it("has the new password, and is told so", async () => {
    register(1);
    const said = `${EMAIL} is an administrator, with the password given.
The account was there before: its password was replaced. Open sessions notice within 90 seconds.`;
    expect(await make(PASSWORD)).toEqual(ok(said));
    expect(account()).toMatchObject({ hash: `hash of ${PASSWORD}`, roles: "admin,user" });
  });

  it("is left alone when it changes meanwhile", async () => {
    register(1);
    const meanwhile = () => change(`update users set version = version + 1`);
    expect(await refusal(PASSWORD, { meanwhile })).toMatch(/^The account changed while this ran/);
  });

  it("is left alone when its row cannot be read", async () => {
    const database = {
      ...scriptDatabase(sqlite),
      readRows: () => [{ id: ID, version: "1", email_verified: 2 }],
    };
    expect(await refusal(PASSWORD, { database })).toBe(
      `The row of ${EMAIL} cannot be read: see docs/operations.md. Nothing was done.`,
    );
    expect(prompts).toEqual([]);
  });
});

describe("a password is refused", () => {
  it("that did not come as it was typed, with the reason", async () => {
    const reason = "The secret is not valid UTF-8. Nothing was done.";
    expect(await refusal(err(reason))).toBe(reason);
  });

  it.each([
    ["is too long", "x".repeat(257)],
    ["is no text", `${PASSWORD}\ud800`],
  ])("that %s", async (_, password) => {
    expect(await refusal(password)).toContain("at most 256 characters of well-formed Unicode");
  });

  it("that is easy to guess", async () => {
    expect(await refusal("password1234567")).toMatch(/^The password is too easy to guess: /);
  });

  it("PWD-04 of fewer characters than the service asks for, and of fewer than fifteen", async () => {
    expect(await refusal(PASSWORD, { policy: policyOf(40) })).toContain("too_short");
    expect(await refusal("plunge 🐢 otter", { policy: policyOf(8) })).toContain("too_short");
  });

  it("PWD-05 that the list of breaches has; without the list it passes, and the log says so", async () => {
    const address = "https://breaches.example/range";
    const policy = policyOf(15, breachList, address);
    expect(await refusal(BREACHED, { policy })).toContain("breached");
    expect(asked).toEqual([`${address}/${DIGEST.slice(0, 5)}`]);

    const unreachable: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));
    const without = policyOf(15, unreachable, address);
    expect(await make(BREACHED, { policy: without })).toMatchObject({ ok: true });
    expect(logged).toMatchObject([{ event: "breach_check_failed" }]);
  });
});
