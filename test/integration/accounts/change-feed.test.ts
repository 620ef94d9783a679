import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { byHand, emptyFeed, notedIds, runFeed } from "../../support/feed.ts";
import { interposed } from "../../support/objects.ts";
import { dumpObject, userObject } from "../../support/storage.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

let user: SignedIn;

beforeEach(async () => {
  user = await newUser();
  await emptyFeed();
});

const rowOf = (id: string) =>
  env.DB.prepare("select version, password_set_at as setAt, status from users where id = ?")
    .bind(id)
    .first<{ version: number; setAt: number; status: string }>();

const isGone = async ({ accessToken, refreshToken }: SignedIn) => {
  await expectRefused({ "the access token": accessToken });
  expect((await refresh(refreshToken)).status).toBe(401);
};

describe("a row changed by other hands is noted, and its version moves on,", () => {
  const kinds: Record<string, string> = {
    "by its status": "update users set status = 'disabled' where id = ?",
    "by its hash alone": "update users set password_hash = 'another' where id = ?",
    "by a hash that is taken": "update users set password_hash = null where id = ?",
    "by the time its password was set": "update users set password_set_at = 5 where id = ?",
    "by its address": "update users set email = 'another.' || email where id = ?",
    "by its address, which is verified": "update users set email_verified = 1 where id = ?",
    "by its version alone": "update users set version = version + 1 where id = ?",
    "and says so": "update users set status = 'disabled', version = version + 1 where id = ?",
    "whatever becomes of conflicts":
      "update or ignore users set status = 'disabled', change_id = 'x' where id = ?",
    "by a role that is given": "insert or ignore into user_roles values (?, 'admin')",
    "by a role that is taken": "delete from user_roles where user_id = ?",
    "by a role that becomes another": "update user_roles set role = 'admin' where user_id = ?",
  };

  it.each(Object.entries(kinds))("AUZ-04 %s", async (_, statement) => {
    const before = await rowOf(user.id);
    await byHand(statement, user.id);
    const after = await rowOf(user.id);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
    expect(new Set(await notedIds())).toEqual(new Set([user.id]));
    await runFeed();
    expect(await notedIds()).toEqual([]);
  });

  it("once, though nobody moved the version", async () => {
    await byHand("update users set status = 'disabled' where id = ?", user.id);
    expect(await notedIds()).toEqual([user.id]);
    expect((await rowOf(user.id))?.version).toBe(2);
  });

  it("once where its address becomes another, and is verified", async () => {
    const mend = "update users set email = 'x.' || email, email_verified = 1 where id = ?";
    await byHand(mend, user.id);
    expect(await notedIds()).toEqual([user.id]);
    expect((await rowOf(user.id))?.version).toBe(2);
  });

  it("once, too, where the statement moves it by itself", async () => {
    const moving = "update users set status = 'disabled', version = version + 1 where id = ?";
    await byHand(moving, user.id);
    expect(await notedIds()).toEqual([user.id]);
    expect((await rowOf(user.id))?.version).toBe(2);
  });

  it("AUZ-04 of both accounts, where a role goes from one to the other", async () => {
    const other = await insertUser([]);
    await byHand("update user_roles set user_id = ? where user_id = ?", other.id, user.id);
    expect(new Set(await notedIds())).toEqual(new Set([user.id, other.id]));
    expect([(await rowOf(user.id))?.version, (await rowOf(other.id))?.version]).toEqual([2, 2]);
  });

  it("also where one row is replaced by another, and where it goes", async () => {
    await byHand("delete from user_roles where user_id = ?", user.id);
    await emptyFeed();
    await byHand(
      `insert or replace into users (id, email, status, version, created_at, updated_at)
       select id, email, 'disabled', version, created_at, updated_at from users where id = ?`,
      user.id,
    );
    expect(await notedIds()).toContain(user.id);
    await emptyFeed();
    await byHand("delete from users where id = ?", user.id);
    expect(await notedIds()).toEqual([user.id]);
    await runFeed();
    await isGone(user);
  });

  it("and no other change notes anything", async () => {
    await byHand(
      "update users set name = 'Ada', email = email, email_verified = 0 where id = ?",
      user.id,
    );
    await byHand("update users set status = 'active', change_id = 'x' where id = ?", user.id);
    await byHand("update users set version = version, id = id where id = ?", user.id);
    expect([await notedIds(), (await rowOf(user.id))?.version]).toEqual([[], 1]);
  });
});

it("REV-03 each hash written by hand is later than the one before, also within a second", async () => {
  const rows = [await rowOf(user.id)];
  for (const hash of ["another", "and another"]) {
    await byHand("update users set password_hash = ? where id = ?", hash, user.id);
    rows.push(await rowOf(user.id));
  }
  const setAt = rows.map((row) => row?.setAt ?? 0);
  expect(setAt).toEqual([...new Set(setAt)].sort((a, b) => a - b));
  expect(rows.map((row) => row?.version)).toEqual([1, 2, 3]);
});

it("a row that is given another id is noted by both, and ends the account of before", async () => {
  await byHand("delete from user_roles where user_id = ?", user.id);
  await emptyFeed();
  const id = `usr_${"D".repeat(21)}A`;
  await byHand("update users set id = ? where id = ?", id, user.id);
  expect(new Set(await notedIds())).toEqual(new Set([user.id, id]));
  await runFeed();
  await isGone(user);
});

it("REV-03 a hash written by hand ends the sessions of the password before, and no others", async () => {
  const bystander = await newUser();
  await byHand("update users set password_hash = 'another' where id = ?", user.id);
  await runFeed();
  await isGone(user);
  await expectAccepted(bystander.accessToken);
});

it("REV-02 many rows changed at once are all noted, and end what must", async () => {
  const others = [await newUser(), await newUser(), await newUser()];
  const spared = await newUser();
  const ids = JSON.stringify([user, ...others].map(({ id }) => id));
  const where = "where id in (select value from json_each(?))";
  await byHand(`update users set status = 'disabled' ${where}`, ids);
  expect((await notedIds()).length).toBe(4);
  await runFeed();
  for (const one of [user, ...others]) await isGone(one);
  await expectAccepted(spared.accessToken);
});

it("a transaction that fails notes nothing", async () => {
  const disable = env.DB.prepare("update users set status = 'disabled' where id = ?").bind(user.id);
  const wrong = env.DB.prepare("update users set version = 0 where id = ?").bind(user.id);
  await expect(env.DB.batch([disable, wrong])).rejects.toThrow("users.version");
  expect([await notedIds(), await rowOf(user.id)]).toMatchObject([[], { status: "active" }]);
});

it("an account without an object is told, and stores nothing", async () => {
  const id = `usr_${"C".repeat(21)}A`;
  const email = freshEmail("imported");
  await byHand(
    "insert into users (id, email, created_at, updated_at) values (?, ?, 0, 0)",
    id,
    email,
  );
  expect(await notedIds()).toEqual([id]);
  await runFeed();
  expect(await dumpObject(userObject(id))).toEqual({ pairs: [], tables: {} });
});

it("what is noted and is no id stands in nobody's way", async () => {
  await byHand("insert into change_feed (user_id) values ('nobody'), (?)", user.id);
  await runFeed();
  expect(await notedIds()).toEqual([]);
});

it("the service's own changes cost no run", async () => {
  const admin = await newAdmin();
  const { accessToken: token } = admin;
  const body = { email: freshEmail("registered"), password: PASSWORD };
  expect((await call("POST", "/v1/auth/register", { body })).status).toBe(201);
  const made = await call("POST", "/v1/users", {
    token,
    body: { ...body, email: freshEmail("made"), roles: ["user"] },
  });
  const path = `/v1/users/${made.body.user.id}`;
  const steps: [string, string, number, object?][] = [
    ["PATCH", path, 200, { name: "Ada" }],
    ["PATCH", path, 200, { status: "disabled" }],
    ["PATCH", path, 200, { status: "active" }],
    ["PUT", `${path}/roles/admin`, 204],
    ["DELETE", `${path}/roles/admin`, 204],
    ["DELETE", path, 204],
  ];
  for (const [method, at, status, sent] of steps) {
    const reply = await call(method, at, { token, ...(sent && { body: sent }) });
    expect([at, reply.status]).toEqual([at, status]);
  }
  const password = { current_password: PASSWORD, new_password: "another horse battery staple" };
  const changed = await call("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: password,
  });
  expect(changed.status).toBe(200);
  expect(await notedIds()).toEqual([]);
  expect((await byHand("select * from own_changes")).results).toEqual([]);
});

it("a change by hand in between is noted, however close to one of the service's it comes", async () => {
  const admin = await newAdmin();
  const disable = () => byHand("update users set status = 'disabled' where id = ?", user.id);
  const path = `/v1/users/${user.id}/roles/admin`;
  const [reply] = await Promise.all([call("PUT", path, { token: admin.accessToken }), disable()]);
  expect([204, 409]).toContain(reply.status);
  expect(await notedIds()).toEqual([user.id]);
  await runFeed();
  await isGone(user);
});

it("CFW-01 a sign-in that read its row before it was changed by hand opens no session after", async () => {
  // Whose object knows nobody yet, so there was nothing to end when it was told.
  const someone = await insertUser(["user"]);
  const disable = () => byHand("update users set status = 'disabled' where id = ?", someone.id);
  let isFirst = true;
  const users = interposed(env.USERS, async (method) => {
    if (method !== "openSession" || !isFirst) return;
    isFirst = false;
    await disable();
    await runFeed();
  });
  const body = { email: someone.email, password: PASSWORD };
  const reply = await serviceWith({ USERS: users })("POST", "/v1/auth/login", { body });
  expect([reply.status, reply.body.code]).toEqual([403, "account_disabled"]);
});

it("a password set by hand is good from the next sign-in on", async () => {
  const { hash } = (await env.DB.prepare("select password_hash as hash from users where id = ?")
    .bind(user.id)
    .first<{ hash: string }>()) ?? { hash: "" };
  await byHand("update users set password_hash = 'in between' where id = ?", user.id);
  await byHand("update users set password_hash = ? where id = ?", hash, user.id);
  await runFeed();
  await isGone(user);
  await expectAccepted((await signIn(user.email)).accessToken);
});
