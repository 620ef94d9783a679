import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { mailTokenCodec } from "../../../src/core/security/mail-token.ts";
import type { MailTokenPurpose } from "../../../src/domain/accounts/mail-token.ts";
import { userIdOf } from "../../../src/domain/ids.ts";
import { mailTokenFor } from "../../../src/use-cases/accounts/mail-tokens.ts";
import {
  call,
  freshEmail,
  insertUser,
  newUser,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { stopClock } from "../../support/moving-clock.ts";
import { interposed } from "../../support/objects.ts";
import { ACCOUNT_POLICY, CAUSE, DAY, emailOf } from "../../support/samples.ts";
import { dumpObject, intentOf, userObject, withoutTable } from "../../support/storage.ts";
import { claimsOf, services } from "../../support/tokens.ts";

let user: SignedIn;

/** The tables as older code made them. */
const FIRST_TABLE = `create table sessions (
  id text primary key, created_at integer not null, last_used_at integer not null,
  current_hash text not null, secret_version integer not null,
  previous_hash text, rotated_at integer, ip text, user_agent text,
  purge_at integer not null) without rowid`;
const FIRST_COLUMNS = `id, created_at, last_used_at, current_hash, secret_version,
  previous_hash, rotated_at, ip, user_agent, purge_at`;
const SECOND_TABLE = `${FIRST_TABLE};
  alter table sessions add column replay_window integer;
  alter table sessions add column rotated_ip text;
  alter table sessions add column rotated_user_agent text;
  alter table sessions add column replay_noted integer not null default 0;
  alter table sessions add column replayed_elsewhere_at integer`;

/** Puts the object back to how the first code left it, its sessions as they are. */
async function asFirstCodeLeftIt(): Promise<void> {
  await runInDurableObject(userObject(user.id), (_, { storage }) => {
    const { absoluteTtl } = ACCOUNT_POLICY.refresh;
    storage.sql.exec(`alter table sessions rename to newer; ${FIRST_TABLE};
      insert into sessions (${FIRST_COLUMNS})
        select id, created_at, last_used_at, current_hash, secret_version, previous_hash,
          rotated_at, ip, user_agent, created_at + ${absoluteTtl} from newer;
      drop table newer`);
    storage.kv.delete("schema");
  });
  await evictDurableObject(userObject(user.id));
}

/** As the code left it that did not know what a session was opened with. */
async function asSecondCodeLeftIt(): Promise<void> {
  await runInDurableObject(userObject(user.id), (_, { storage }) => {
    storage.sql.exec(`alter table sessions rename to newer; ${SECOND_TABLE};
      insert into sessions (${FIRST_COLUMNS}) select ${FIRST_COLUMNS} from newer;
      drop table newer`);
    storage.kv.put("schema", 2);
  });
  await evictDurableObject(userObject(user.id));
}

/** The second code opened the sessions, on the tables of today: it was rolled back to. */
async function asSecondCodeWouldOpenThem(): Promise<void> {
  await runInDurableObject(userObject(user.id), (_, { storage }) => {
    storage.sql.exec(`create table opened as select * from sessions; delete from sessions;
      insert into sessions (${FIRST_COLUMNS}) select ${FIRST_COLUMNS} from opened;
      drop table opened`);
  });
  await evictDurableObject(userObject(user.id));
}

const columnsOf = (id: string) =>
  runInDurableObject(userObject(id), (_, { storage }) =>
    storage.sql.exec("select * from pragma_table_info('sessions')").toArray(),
  );

const rowsOf = (id: string) =>
  runInDurableObject(userObject(id), (_, { storage }) =>
    storage.sql.exec("select * from sessions").toArray(),
  );

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.useRealTimers();
});

it("CFW-17 an object that old code wrote goes on where it was", async () => {
  const other = await signIn(user.email);
  const successor = (await refresh(user.refreshToken)).body.refresh_token;
  await asFirstCodeLeftIt();
  // The rotation that old code wrote down can be replayed, and its reuse is noticed.
  const replay = await refresh(user.refreshToken);
  expect([replay.status, replay.body.refresh_token]).toEqual([200, successor]);
  expect((await refresh(successor)).status).toBe(200);
  expect((await refresh(user.refreshToken)).status).toBe(401);
  expect((await refresh(successor)).status).toBe(401);
  const { body } = await call("GET", "/v1/auth/sessions", { token: other.accessToken });
  expect(body.sessions).toMatchObject([{ id: other.sessionId, replayed_elsewhere_at: null }]);
});

it("CFW-17 the idle limit of old sessions is kept, though old code did not write it down", async () => {
  await asFirstCodeLeftIt();
  const { body } = await call("GET", "/v1/auth/sessions", { token: user.accessToken });
  const [session] = body.sessions;
  expect(Date.parse(session.expires_at) - Date.parse(session.last_used_at)).toBe(30 * DAY);
});

it.each([asFirstCodeLeftIt, asSecondCodeLeftIt, asSecondCodeWouldOpenThem])(
  "CFW-17 sessions of older code were opened by password, for people's own sign-in: %o",
  async (left) => {
    const { amr, aud, client_id, auth_time } = claimsOf(user.accessToken);
    await left();
    const reply = await refresh(user.refreshToken);
    expect(claimsOf(reply.body.access_token)).toMatchObject({ amr, aud, client_id, auth_time });
    expect([amr, client_id]).toEqual([["pwd"], "first-party"]);
    const rows = await rowsOf(user.id);
    expect(rows).toMatchObject([{ acr: "aal1", audience: null, auth_time: null }]);
  },
);

it("CFW-17 an old object and a new one have the same table in the end", async () => {
  const fresh = await newUser();
  await asFirstCodeLeftIt();
  await signIn(user.email);
  expect(await columnsOf(user.id)).toEqual(await columnsOf(fresh.id));
});

it("CFW-17 an object that a stranger's guess woke up stays empty", async () => {
  const nobody = `usr_${"B".repeat(21)}A`;
  await runInDurableObject(userObject(nobody), async (object) => {
    const to = { userId: nobody, policy: ACCOUNT_POLICY };
    await Reflect.apply(object.listSessions, object, [to]);
    await Reflect.apply(object.catchUp, object, [to]);
  });
  expect(await dumpObject(userObject(nobody))).toEqual({ pairs: [], tables: {} });
  expect(await runDurableObjectAlarm(userObject(nobody))).toBe(false);
});

it("CFW-17 an object that never knew its user reads nothing and stores nothing to catch up", async () => {
  const { id } = await insertUser(["user"]);
  await withoutTable("users", () =>
    runInDurableObject(userObject(id), (object) =>
      Reflect.apply(object.catchUp, object, [{ userId: id, policy: ACCOUNT_POLICY }]),
    ),
  );
  expect(await dumpObject(userObject(id))).toEqual({ pairs: [], tables: {} });
});

/** The row, and what the object has begun. */
const begunOf = async (id: string) => [
  await env.DB.prepare("select * from users where id = ?").bind(id).first(),
  (await intentOf(id)) ?? null,
];

/** Objects whose code knows no change by mail: told of one, it would begin it and break off. */
const withoutMail = interposed(env.USERS, (method) => {
  if (method === "redeem") throw new TypeError('The RPC receiver does not implement "redeem".');
  if (method === "change") throw new TypeError("Cannot read properties of undefined");
});

it.each<[string, MailTokenPurpose, string, object]>([
  ["a reset", "reset", "/v1/auth/password/reset", { password: "another horse battery staple" }],
  ["a verification", "verify", "/v1/auth/email/verify", {}],
  ["another address", "change_email", "/v1/auth/email/verify", {}],
])(
  "CFW-17 %s waits for an object with older code, and its token is not spent",
  async (_, purpose, path, given) => {
    const { id } = user;
    const mailTokens = mailTokenCodec(services().config.secrets);
    const newEmail = purpose === "change_email" ? emailOf(freshEmail()) : null;
    const wanted = mailTokenFor({ id: userIdOf(id.slice(4)), version: 1 }, purpose, Date.now());
    const body = { token: mailTokens.format({ ...wanted, newEmail }), ...given };
    const before = await begunOf(id);
    const asOwner = { body, ...(purpose === "change_email" ? { token: user.accessToken } : {}) };
    const reply = await serviceWith({ USERS: withoutMail })("POST", path, asOwner);
    expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
    expect(await begunOf(id)).toEqual(before);
    expect((await call("POST", path, asOwner)).status).toBeLessThan(300);
  },
);

it("CFW-17 a change that only newer Workers know is refused before it is begun", async () => {
  const before = await begunOf(user.id);
  const answer = await runInDurableObject(userObject(user.id), (object) => {
    const to = { userId: user.id, policy: ACCOUNT_POLICY };
    const change = { kind: "set_what_is_not_known_here" };
    const command = { changeId: "of a newer Worker", change, ifVersion: null, cause: CAUSE };
    return Reflect.apply(object.change, object, [to, command]);
  });
  expect(answer).toEqual({ kind: "unavailable", dependency: "account" });
  expect(await begunOf(user.id)).toEqual(before);
});
