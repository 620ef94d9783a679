import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { call, newUser, PASSWORD, refresh, type SignedIn, signIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { ports } from "../../support/ports.ts";
import { ACCOUNT_POLICY, DAY } from "../../support/samples.ts";
import { dumpObject, userObject } from "../../support/storage.ts";

let user: SignedIn;

/** The table as the first code made it. */
const FIRST_TABLE = `create table sessions (
  id text primary key, created_at integer not null, last_used_at integer not null,
  current_hash text not null, secret_version integer not null,
  previous_hash text, rotated_at integer, ip text, user_agent text,
  purge_at integer not null) without rowid`;
const FIRST_COLUMNS = `id, created_at, last_used_at, current_hash, secret_version,
  previous_hash, rotated_at, ip, user_agent, purge_at`;

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

const columnsOf = (id: string) =>
  runInDurableObject(userObject(id), (_, { storage }) =>
    storage.sql.exec("select * from pragma_table_info('sessions')").toArray(),
  );

beforeEach(async () => {
  user = await newUser();
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

it("CFW-17 an old object and a new one have the same table in the end", async () => {
  const fresh = await newUser();
  await asFirstCodeLeftIt();
  await signIn(user.email);
  expect(await columnsOf(user.id)).toEqual(await columnsOf(fresh.id));
});

it("CFW-17 an object that a stranger's guess woke up stays empty", async () => {
  const nobody = `usr_${"B".repeat(21)}A`;
  await runInDurableObject(userObject(nobody), (object) => {
    const to = { userId: nobody, policy: ACCOUNT_POLICY };
    return Reflect.apply(object.listSessions, object, [to]);
  });
  expect(await dumpObject(userObject(nobody))).toEqual({ pairs: [], tables: {} });
  expect(await runDurableObjectAlarm(userObject(nobody))).toBe(false);
});

it("CFW-17 calls of older Workers, which do not say where a token came from, are answered", async () => {
  const { parse, successor, hash, newestVersion } = ports().refreshTokens;
  const token = parse(user.refreshToken);
  const next = token && successor(token, newestVersion);
  if (token === null || next === null) throw new Error("a token was expected");
  const command = {
    sessionId: token.sessionId,
    presented: hash(token),
    successor: { hash: hash(next), secretVersion: next.version },
    knownRoles: null,
  };
  const answers = await runInDurableObject(userObject(user.id), async (object) => {
    const to = { userId: token.userId, policy: ACCOUNT_POLICY };
    const ask = () => Reflect.apply(object.refresh, object, [to, command]);
    return [await ask(), await ask()];
  });
  expect(answers).toMatchObject([{ kind: "rotated" }, { kind: "replayed", isNoteworthy: false }]);
});

it("CFW-17 an object whose code lacks the method is an outage of some minutes, not a mistake", async () => {
  const older = {
    idFromName: (name: string) => env.USERS.idFromName(name),
    get: (id: DurableObjectId) =>
      new Proxy(env.USERS.get(id), {
        get: (stub, method) => {
          const name = method === "reserveProof" ? "reserveWhatIsNotThere" : method;
          const invoke: unknown = Reflect.get(stub, name);
          if (typeof invoke !== "function") throw new Error("a method was expected");
          return (...args: unknown[]) => Reflect.apply(invoke, stub, args);
        },
      }),
  };
  const reply = await serviceWith({ USERS: older })("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: { current_password: PASSWORD, new_password: "another horse battery staple" },
  });
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).not.toBeNull();
  await signIn(user.email);
});

it("CFW-17 a password change by an older Worker ends every session", async () => {
  const answer = await runInDurableObject(userObject(user.id), (object) => {
    const change = { kind: "set_password", passwordHash: "new", keepSession: user.sessionId };
    const to = { userId: user.id, policy: ACCOUNT_POLICY };
    const command = { changeId: "of an older Worker", change, ifVersion: null };
    return Reflect.apply(object.change, object, [to, command]);
  });
  expect(answer).toMatchObject({ kind: "done" });
  expect((await refresh(user.refreshToken)).status).toBe(401);
});
