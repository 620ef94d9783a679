import { runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { call, newAdmin, newUser, refresh, type SignedIn } from "../../support/client.ts";
import { byHand } from "../../support/feed.ts";
import { newServiceAccount, tokenReply } from "../../support/service-accounts.ts";
import { programObject, userObject } from "../../support/storage.ts";

/*
 * The runtime tells an object that it was replaced when it touches its storage. Here the storage
 * fails under an object that remembers everything, which must then vouch for nobody.
 */

let user: SignedIn;
let spent: string;
let current: string;

beforeEach(async () => {
  user = await newUser();
  spent = user.refreshToken;
  const { body } = await refresh(spent);
  current = body.refresh_token;
});

const sql = (statement: string): Promise<void> =>
  runInDurableObject(userObject(user.id), (_, { storage }) => {
    storage.sql.exec(statement);
  });

const me = () => call("GET", "/v1/users/me", { token: user.accessToken });

it("CFW-13 an object that cannot touch its storage allows nothing", async () => {
  await sql("alter table sessions rename to sessions_away");
  for (const ask of [me, () => refresh(current), () => refresh(spent)]) {
    const reply = await ask();
    expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  }
  await sql("alter table sessions_away rename to sessions");
  expect((await me()).status).toBe(200);
  expect((await refresh(current)).status).toBe(200);
});

it.each([
  ["a check", me],
  ["a rotation", () => refresh(current)],
  ["a replay", () => refresh(spent)],
])("CFW-13 %s brings no session back that the storage has no more", async (_, ask) => {
  await sql("delete from sessions");
  expect((await ask()).status).toBe(401);
  expect((await refresh(current)).status).toBe(401);
  const rows = await runInDurableObject(userObject(user.id), (_instance, { storage }) =>
    storage.sql.exec("select id from sessions").toArray(),
  );
  expect(rows).toEqual([]);
});

it("CFW-13 a service account's object vouches for nobody whom its storage has no more", async () => {
  const admin = await newAdmin();
  const client = await newServiceAccount(admin.accessToken);
  expect((await tokenReply(client)).status).toBe(200);
  await byHand("update service_accounts set status = 'disabled' where id = ?", client.id);
  await runInDurableObject(programObject(client.id), (_, { storage }) => storage.deleteAll());
  expect((await tokenReply(client)).status).toBe(401);
});
