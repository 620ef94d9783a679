import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { d1AccountRecord } from "../../../src/persistence/d1/accounts/account-record.ts";
import { database } from "../../../src/persistence/d1/database.ts";
import { durableAccounts } from "../../../src/persistence/durable/accounts/accounts.ts";
import { UserObject } from "../../../src/persistence/durable/accounts/user-object.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import {
  call,
  freshEmail,
  insertUser,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { byHand, emptyFeed, notedIds, runFeed } from "../../support/feed.ts";
import { interposed } from "../../support/objects.ts";
import { ACCOUNT_POLICY, CAUSE, someId, someSession } from "../../support/samples.ts";
import { intentOf, userObject } from "../../support/storage.ts";

let user: SignedIn;

beforeEach(async () => {
  user = await newUser();
  await emptyFeed();
});

const rolesOf = async (id: string) =>
  (await byHand("select role from user_roles where user_id = ? order by role", id)).results.map(
    (row) => (row as { role: string }).role,
  );
const versionOf = (id: string) =>
  env.DB.prepare("select version from users where id = ?").bind(id).first<number>("version");

describe("a row that goes because another one takes its address", () => {
  const OTHER = `usr_${"D".repeat(21)}A`;

  it("REV-05 insert or replace: is noted", async () => {
    await byHand("delete from user_roles where user_id = ?", user.id);
    await emptyFeed();
    await byHand(
      "insert or replace into users (id, email, created_at, updated_at) values (?, ?, 0, 0)",
      OTHER,
      user.email,
    );
    expect((await byHand("select 1 from users where id = ?", user.id)).results).toEqual([]);
    expect(await notedIds()).toContain(user.id);
    await runFeed();
    expect((await refresh(user.refreshToken)).status).toBe(401);
  });

  it("update or replace: is noted", async () => {
    await byHand("delete from user_roles where user_id = ?", user.id);
    const other = await insertUser(["user"], freshEmail("other"));
    await emptyFeed();
    await byHand("update or replace users set email = ? where id = ?", user.email, other.id);
    expect((await byHand("select 1 from users where id = ?", user.id)).results).toEqual([]);
    expect(await notedIds()).toContain(user.id);
  });

  it("is not possible while it holds roles", async () => {
    const replace =
      "insert or replace into users (id, email, created_at, updated_at) values (?, ?, 0, 0)";
    await expect(byHand(replace, OTHER, user.email)).rejects.toThrow("FOREIGN KEY");
  });

  it("update or replace of the id: is noted", async () => {
    await byHand("delete from user_roles where user_id = ?", user.id);
    const other = await insertUser([], freshEmail("other"));
    await emptyFeed();
    await byHand("update or replace users set id = ? where id = ?", user.id, other.id);
    expect(new Set(await notedIds())).toEqual(new Set([user.id, other.id]));
    await runFeed();
    expect((await refresh(user.refreshToken)).status).toBe(401);
  });
});

describe("a batch of the service's whose reply was lost, and that comes late once more", () => {
  const record = () => d1AccountRecord(database(env.DB));
  const apply = (change: AccountChange, changeId: string, base: number) =>
    record().apply(user.id as UserId, change, changeId, base, Date.now(), false);

  it("does not bring back a role that was taken by hand since", async () => {
    const change = { kind: "assign_role", role: "admin" } as const;
    const id = someId();
    await apply(change, id, 1);
    await byHand("delete from user_roles where user_id = ? and role = 'admin'", user.id);
    const version = await versionOf(user.id);
    await runFeed();
    await apply(change, id, 1); // the late one
    expect([await rolesOf(user.id), await versionOf(user.id), await notedIds()]).toEqual([
      ["user"],
      version,
      [],
    ]);
  });

  it("does not take again a role that was given by hand since", async () => {
    await byHand("insert into user_roles values (?, 'admin')", user.id);
    await insertUser(["admin"], freshEmail("admin"));
    const base = (await versionOf(user.id)) ?? 0;
    const change = { kind: "remove_role", role: "admin" } as const;
    const id = someId();
    await apply(change, id, base);
    await byHand("insert into user_roles values (?, 'admin')", user.id);
    await apply(change, id, base);
    expect(await rolesOf(user.id)).toEqual(["admin", "user"]);
  });
});

describe("a password change that meets a change by hand", () => {
  const HANDS = {
    disabled: "update users set status = 'disabled' where id = ?",
    "given another password": "update users set password_hash = 'by hand' where id = ?",
  };
  type Batch = D1Database["batch"];

  const objectOver = (
    batch: (run: Batch, statements: D1PreparedStatement[]) => ReturnType<Batch>,
  ) =>
    new Proxy(env.DB, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        if (key !== "batch") return value.bind(target);
        return (statements: D1PreparedStatement[]) =>
          batch(target.batch.bind(target) as Batch, statements);
      },
    });

  it.each(Object.entries(HANDS))(
    "REV-03 lost reply, then %s by hand, then asked again: no session",
    async (_, sql) => {
      const to = { userId: user.id as UserId, policy: ACCOUNT_POLICY };
      await runInDurableObject(userObject(user.id), async (_, state) => {
        let n = 0;
        const DB = objectOver(async (run, statements) => {
          const results = await run(statements);
          if (n++ > 0) return results;
          await byHand(sql, user.id);
          throw new Error("Network connection lost.");
        });
        const object = new UserObject(state, { ...env, DB });
        const answer = await object.change(to, {
          changeId: someId(),
          change: { kind: "set_password", passwordHash: "of whoever holds the session" },
          ifVersion: 1,
          cause: CAUSE,
          open: someSession(),
        });
        await object.catchUp(to); // what the feed does
        const sessions = await object.listSessions(to);
        expect([answer.kind, sessions.length]).toEqual(["conflict", 0]);
      });
    },
  );

  it.each(Object.entries(HANDS))(
    "REV-03 done, then %s by hand, told, and the call repeated: no session",
    async (_, sql) => {
      const to = { userId: user.id as UserId, policy: ACCOUNT_POLICY };
      await runInDurableObject(userObject(user.id), async (_, state) => {
        const object = new UserObject(state, env);
        const command = {
          changeId: someId(),
          change: { kind: "set_password", passwordHash: "of whoever holds the session" },
          ifVersion: 1,
          cause: CAUSE,
          open: someSession(),
        } as const;
        expect((await object.change(to, command)).kind).toBe("done");
        await byHand(sql, user.id);
        await object.catchUp(to);
        expect((await object.listSessions(to)).length).toBe(0);
        await object.change(to, command); // as persistence/durable/call.ts does after a broken call
        expect((await object.listSessions(to)).length).toBe(0);
      });
    },
  );
});

it("a blob in the feed stands in nobody's way", async () => {
  await byHand("insert into change_feed (user_id) values (x'00ff'), (?)", user.id);
  await runFeed();
  expect((await byHand("select * from change_feed")).results).toEqual([]);
});

it("an upsert is noted", async () => {
  await byHand(
    `insert into users (id, email, created_at, updated_at) values (?, ?, 0, 0)
     on conflict (id) do update set status = 'disabled'`,
    user.id,
    user.email,
  );
  expect(await notedIds()).toEqual([user.id]);
});

it("keys deferred: an id that becomes another is noted under both, with its roles", async () => {
  const other = `usr_${"E".repeat(21)}A`;
  await env.DB.batch([
    env.DB.prepare("pragma defer_foreign_keys = on"),
    env.DB.prepare("update users set id = ? where id = ?").bind(other, user.id),
    env.DB.prepare("update user_roles set user_id = ? where user_id = ?").bind(other, user.id),
  ]);
  expect(new Set(await notedIds())).toEqual(new Set([user.id, other]));
  await runFeed();
  expect((await refresh(user.refreshToken)).status).toBe(401);
  expect((await signIn(user.email)).id).toBe(other);
});

it("a stranger who registers a taken address notes nothing", async () => {
  const body = { email: user.email, password: "seven quiet herons by the estuary" };
  expect((await call("POST", "/v1/auth/register", { body })).status).toBe(409);
  expect(await notedIds()).toEqual([]);
});

it("a deleted row put back is nobody, also after an eviction", async () => {
  const row = await env.DB.prepare("select * from users where id = ?").bind(user.id).first();
  await byHand("delete from user_roles where user_id = ?", user.id);
  await byHand("delete from users where id = ?", user.id);
  await runFeed();
  await evictDurableObject(userObject(user.id));
  const columns = Object.keys(row ?? {});
  await byHand(
    `insert into users (${columns}) values (${columns.map(() => "?")})`,
    ...Object.values(row ?? {}),
  );
  await runFeed();
  const login = { body: { email: user.email, password: PASSWORD } };
  expect((await call("POST", "/v1/auth/login", login)).status).toBe(401);
});

it("an intent is open while the feed tells, and the change by hand counts", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  await runInDurableObject(userObject(user.id), (_, { storage }) =>
    storage.kv.put("intent", { changeId: "x", base: 1 }),
  );
  await evictDurableObject(userObject(user.id));
  await byHand("update users set status = 'disabled' where id = ?", user.id);
  await runFeed();
  expect([await intentOf(user.id), await notedIds()]).toEqual([undefined, []]);
  expect((await refresh(user.refreshToken)).status).toBe(401);
});

it("CFW-12 an object that does not answer in time is an outage of its own", async () => {
  const silent = interposed(env.USERS, () => new Promise<void>(() => undefined));
  const accounts = durableAccounts(silent as typeof env.USERS, ACCOUNT_POLICY, 10);
  await expect(accounts.catchUp(user.id as UserId)).rejects.toThrow(Unavailable);
});
