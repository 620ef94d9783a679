import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import { call, insertUser, newAdmin, type SignedIn, signIn } from "../../support/client.ts";
import { newServiceAccount, tokenReply } from "../../support/service-accounts.ts";
import { unguarded } from "../../support/unguarded.ts";

let admin: SignedIn;
/** May write accounts, and not everything. */
let deputy: SignedIn;
let log: ReturnType<typeof capturedLog>;

beforeAll(async () => {
  admin = await newAdmin();
  const permissions = ["users:*", "service-accounts:*"];
  const body = { name: "deputy", permissions };
  expect((await call("POST", "/v1/roles", { token: admin.accessToken, body })).status).toBe(201);
  deputy = await signIn((await insertUser(["user", "deputy"])).email);
});
beforeEach(() => {
  log = capturedLog();
});
afterEach(() => log.stop());

const asAdmin = (method: string, path: string) => call(method, path, { token: admin.accessToken });
const asDeputy = (method: string, path: string) =>
  call(method, path, { token: deputy.accessToken });

const spoil = (table: string, column: string, value: unknown, id: string) =>
  unguarded(() =>
    env.DB.prepare(`update ${table} set ${column} = ? where id = ?`)
      .bind(column === "email" ? `${id}${value}` : value, id)
      .run(),
  );

const rowOf = (table: string, id: string) =>
  env.DB.prepare(`select 1 from ${table} where id = ?`).bind(id).first();

const logged = () => log.lines.filter((line) => line.startsWith("{")).map((l) => JSON.parse(l));
const told = () =>
  logged()
    .filter(({ event }) => event === "row_unreadable")
    .map(({ level, table, row, column }) => [level, table, row, column]);

type Listed = { id: string };

/** The ids of all users, a page at a time. */
async function walk(limit: number): Promise<string[]> {
  const found: Listed[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const next: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = await asAdmin("GET", `/v1/users?limit=${limit}${next}`);
    expect(page.status).toBe(200);
    found.push(...page.body.users);
    cursor = page.body.next_cursor;
  }
  return found.map(({ id }) => id);
}

/** What somebody may have written into a column by hand. */
const SPOILT: [column: string, value: unknown][] = [
  ["email", "Mixed.Case@Example.com"],
  ["email", "nobody"],
  ["email_verified", 2],
  ["name", new Uint8Array([7])],
  ["password_hash", new Uint8Array([7])],
  ["status", "deleted"],
  ["version", 1.5],
  ["version", "first"],
  ["version", -3],
  ["password_set_at", "yesterday"],
  ["created_at", 9e15],
  ["created_at", "yesterday"],
  ["updated_at", -1],
];

describe("rows of users that cannot be read", () => {
  it("are left out of the list, which goes on, and named in the log once each", async () => {
    const good: string[] = [];
    const bad: [id: string, column: string][] = [];
    for (const [column, value] of SPOILT) {
      good.push((await insertUser(["user"])).id);
      const { id } = await insertUser(["user"]);
      await spoil("users", column, value, id);
      bad.push([id, column]);
    }
    const nameless = await insertUser([]);
    await spoil("users", "id", "eve@example.com", nameless.id);

    const whole = await asAdmin("GET", "/v1/users?limit=100");
    expect([whole.status, whole.body.next_cursor]).toEqual([200, null]);
    const ids = whole.body.users.map(({ id }: Listed) => id);
    expect(ids).toEqual(expect.arrayContaining([...good, admin.id]));
    for (const [id] of bad) expect(ids).not.toContain(id);
    const named = bad.map(([id, column]) => ["error", "users", id, column]);
    expect(told()).toHaveLength(named.length + 1);
    expect(told()).toEqual(expect.arrayContaining(named));
    expect(told()).toContainEqual(["error", "users", expect.stringMatching(/^rowid \d+$/), "id"]);
    expect(log.lines.join()).not.toMatch(/@|Mixed|nobody/);
    for (const limit of [1, 2, 5]) expect(await walk(limit)).toEqual(ids);
  });

  it.each(SPOILT)(
    "by their %s (%j): asked for alone they are 500, named in the log",
    async (column, value) => {
      const { id } = await insertUser(["user"]);
      await spoil("users", column, value, id);
      const reply = await asAdmin("GET", `/v1/users/${id}`);
      expect([reply.status, reply.body.code]).toEqual([500, "internal_error"]);
      expect(logged()).toContainEqual(
        expect.objectContaining({
          event: "request_failed",
          requestId: reply.body.request_id,
          code: "user_row_unreadable",
          about: `${id} ${column}`,
        }),
      );
    },
  );

  it.each(SPOILT)(
    "by their %s (%j): whoever may do everything can delete them",
    async (column, value) => {
      const { id, email } = await insertUser(["user"]);
      const { accessToken } = await signIn(email);
      await spoil("users", column, value, id);
      const refused = await asDeputy("DELETE", `/v1/users/${id}`);
      expect([refused.status, await rowOf("users", id)]).toEqual([500, { 1: 1 }]);
      expect((await asAdmin("DELETE", `/v1/users/${id}`)).status).toBe(204);
      expect(await rowOf("users", id)).toBeNull();
      expect((await call("GET", "/v1/users/me", { token: accessToken })).status).toBe(401);
      expect((await asAdmin("DELETE", `/v1/users/${id}`)).status).toBe(404);
    },
  );
});

it("a row whose mark of the last change was spoilt can be deleted, too", async () => {
  const { id } = await insertUser(["user"]);
  await spoil("users", "change_id", new Uint8Array([7]), id);
  expect((await asDeputy("DELETE", `/v1/users/${id}`)).status).toBe(500);
  const about = { code: "user_row_unreadable", about: `${id} change_id` };
  expect(logged()).toContainEqual(expect.objectContaining(about));
  expect((await asAdmin("DELETE", `/v1/users/${id}`)).status).toBe(204);
  expect(await rowOf("users", id)).toBeNull();
});

it("a row that can be read is deleted as it is, by whoever may do everything", async () => {
  const { id, email } = await insertUser(["user"]);
  const { accessToken } = await signIn(email);
  expect((await asAdmin("DELETE", `/v1/users/${id}`)).status).toBe(204);
  expect((await call("GET", "/v1/users/me", { token: accessToken })).status).toBe(401);
});

it("AUZ-03 a last administrator whose row was spoilt stays", async () => {
  await spoil("users", "version", 1.5, admin.id);
  const reply = await asAdmin("DELETE", `/v1/users/${admin.id}`);
  expect([reply.status, reply.body.code]).toEqual([409, "last_admin"]);
  expect((await asAdmin("GET", `/v1/users/${admin.id}`)).status).toBe(200);
});

describe("rows of service accounts that cannot be read", () => {
  const PATH = "/v1/service-accounts";
  const spoilt: [column: string, value: unknown][] = [
    ["name", new Uint8Array([7])],
    ["version", 0.5],
    ["tokens_from", "first"],
    ["created_at", 9e15],
    ["updated_at", "yesterday"],
  ];

  it.each(spoilt)(
    "by their %s (%j) are left out of the list, named, and can be deleted",
    async (column, value) => {
      const [good, bad] = [
        await newServiceAccount(admin.accessToken),
        await newServiceAccount(admin.accessToken),
      ];
      await spoil("service_accounts", column, value, bad.id);
      const list = await asAdmin("GET", PATH);
      const ids = list.body.service_accounts.map(({ id }: Listed) => id);
      expect([ids.includes(good.id), ids.includes(bad.id)]).toEqual([true, false]);
      expect(told()).toEqual([["error", "service_accounts", bad.id, column]]);

      const alone = await asAdmin("GET", `${PATH}/${bad.id}`);
      expect(alone.status).toBe(500);
      const about = { code: "service_account_row_unreadable", about: `${bad.id} ${column}` };
      expect(logged()).toContainEqual(expect.objectContaining(about));
      expect((await asDeputy("DELETE", `${PATH}/${bad.id}`)).status).toBe(500);
      expect((await asAdmin("DELETE", `${PATH}/${bad.id}`)).status).toBe(204);
      expect(await rowOf("service_accounts", bad.id)).toBeNull();
      expect((await tokenReply(bad)).status).toBe(401);
      expect((await tokenReply(good)).status).toBe(200);
      expect((await asAdmin("DELETE", `${PATH}/${bad.id}`)).status).toBe(404);
    },
  );

  it("by one of their secrets are named by that, and can be deleted", async () => {
    const { id } = await newServiceAccount(admin.accessToken);
    const { secrets } = (await asAdmin("GET", `${PATH}/${id}/secrets`)).body;
    await spoil("service_account_secrets", "made_with", "a:b", secrets[0].id);
    expect((await asAdmin("GET", `${PATH}/${id}/secrets`)).status).toBe(500);
    const about = { code: "client_secret_row_unreadable", about: `${secrets[0].id} made_with` };
    expect(logged()).toContainEqual(expect.objectContaining(about));
    expect((await asAdmin("DELETE", `${PATH}/${id}`)).status).toBe(204);
  });
});
