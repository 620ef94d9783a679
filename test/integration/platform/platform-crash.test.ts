import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseUserId } from "../../../src/domain/ids.ts";
import {
  call,
  newAdmin,
  newUser,
  PASSWORD,
  type Reply,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { emptyFeed, notedIds, runFeed } from "../../support/feed.ts";
import { MINUTE, moveClock } from "../../support/moving-clock.ts";
import { interposed } from "../../support/objects.ts";
import { ports } from "../../support/ports.ts";
import { CAUSE, someSession } from "../../support/samples.ts";
import {
  crashAtCommit,
  dumpObject,
  intentOf,
  userObject,
  withoutTable,
  withoutWriting,
} from "../../support/storage.ts";
import { claimsOf, expectAccepted, expectRefused } from "../../support/tokens.ts";

let admin: SignedIn;
let user: SignedIn;
let other: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
});

beforeEach(async () => {
  user = await newUser();
  other = await signIn(user.email);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const NEXT = "another horse battery staple";

const disable = () =>
  call("PATCH", `/v1/users/${user.id}`, { token: admin.accessToken, body: { status: "disabled" } });
const promote = () => call("PUT", `/v1/users/${user.id}/roles/admin`, { token: admin.accessToken });
const remove = () => call("DELETE", `/v1/users/${user.id}`, { token: admin.accessToken });
const setPassword = () =>
  call("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: { current_password: PASSWORD, new_password: NEXT },
  });

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).toMatch(/^[1-9]/);
}

const row = () =>
  env.DB.prepare("select status, version from users where id = ?").bind(user.id).first();

/** Dies between D1 and its own commit: the client hears of an outage, and the intent stays. */
async function crashDuring(change: () => Promise<Reply>): Promise<void> {
  crashAtCommit();
  expectOutage(await change());
  expect(await intentOf(user.id)).toMatchObject({ base: 1 });
}

describe("CFW-05 an object that dies once D1 has the change finishes it at the next call", () => {
  it("disabling: no session is left", async () => {
    await crashDuring(disable);
    expect(await row()).toEqual({ status: "disabled", version: 2 });
    expect((await refresh(user.refreshToken)).status).toBe(401);
    await expectRefused({ one: user.accessToken, other: other.accessToken });
    expect(await intentOf(user.id)).toBeUndefined();
  });

  it("disabling: an administrator sees no session that it ended, nor does an export", async () => {
    const ask = (what: string) =>
      call("GET", `/v1/users/${user.id}/${what}`, { token: admin.accessToken });
    await crashDuring(disable);
    expect((await ask("sessions")).body).toEqual({ sessions: [] });
    await call("PATCH", `/v1/users/${user.id}`, {
      token: admin.accessToken,
      body: { status: "active" },
    });
    await signIn(user.email);
    crashAtCommit();
    expectOutage(await disable());
    expect((await ask("export")).body).toMatchObject({ sessions: [] });
  });

  it("deleting: no session is left, and no one signs in", async () => {
    await crashDuring(remove);
    expect(await row()).toBeNull();
    await expectRefused({ one: user.accessToken, other: other.accessToken });
    expect((await refresh(user.refreshToken)).status).toBe(401);
    expect(await dumpObject(userObject(user.id))).toMatchObject({ tables: { sessions: [] } });
  });

  it("a new password: every session is gone, and it opens another", async () => {
    await crashDuring(setPassword);
    await expectRefused({ one: user.accessToken, other: other.accessToken });
    for (const { refreshToken } of [user, other]) {
      expect((await refresh(refreshToken)).status).toBe(401);
    }
    await signIn(user.email, NEXT);
  });

  it("a role: it is in the next token", async () => {
    await crashDuring(promote);
    const reply = await refresh(user.refreshToken);
    expect(claimsOf(reply.body.access_token)).toMatchObject({ roles: ["admin", "user"], ver: 2 });
  });

  it("a sign-in settles it too", async () => {
    await crashDuring(promote);
    const again = await signIn(user.email);
    expect(claimsOf(again.accessToken)).toMatchObject({ roles: ["admin", "user"], ver: 2 });
    expect(await intentOf(user.id)).toBeUndefined();
  });

  it("asking again is answered as if nothing had happened", async () => {
    await crashDuring(disable);
    const retry = await disable();
    expect([retry.status, retry.body.user.status]).toEqual([200, "disabled"]);
    expect(await row()).toEqual({ status: "disabled", version: 2 });
    await expectRefused({ one: user.accessToken, other: other.accessToken });
  });

  it("with D1 away meanwhile nobody is let in on the old authority", async () => {
    await crashDuring(disable);
    await withoutTable("users", async () => {
      expectOutage(await refresh(user.refreshToken));
      expectOutage(await call("GET", "/v1/auth/sessions", { token: user.accessToken }));
    });
    await evictDurableObject(userObject(user.id));
    expect((await refresh(user.refreshToken)).status).toBe(401);
  });
});

describe("CFW-05 a change that D1 never made is not half made", () => {
  it("the client hears of an outage, and everything is as it was", async () => {
    for (const change of [disable, promote, remove, setPassword]) {
      expectOutage(await withoutWriting("users", change));
    }
    expect(await intentOf(user.id)).toMatchObject({ base: 1 });
    expect(await row()).toEqual({ status: "active", version: 1 });
    const reply = await refresh(user.refreshToken);
    expect(claimsOf(reply.body.access_token)["roles"]).toEqual(["user"]);
    await expectAccepted(other.accessToken);
    expect(await intentOf(user.id)).toBeUndefined();
  });

  it("an update that was on its way when the object died comes too late", async () => {
    await runInDurableObject(userObject(user.id), (_, { storage }) =>
      storage.kv.put("intent", { changeId: "late", base: 1 }),
    );
    await abortAllDurableObjects();
    expect((await refresh(user.refreshToken)).status).toBe(200);
    const late = await env.DB.prepare(
      "update users set status = 'disabled', version = version + 1, change_id = 'late' where id = ? and version = 1",
    )
      .bind(user.id)
      .run();
    expect(late.meta.changes).toBe(0);
    expect(await row()).toEqual({ status: "active", version: 2 });
    await expectAccepted(other.accessToken);
  });

  it("a fence that D1 refuses leaves the intent for the next call", async () => {
    expectOutage(await withoutWriting("users", disable));
    await withoutWriting("users", async () => expectOutage(await refresh(user.refreshToken)));
    expect(await intentOf(user.id)).toMatchObject({ base: 1 });
    expect((await refresh(user.refreshToken)).status).toBe(200);
  });
});

it("CFW-11 a password change asked again after the object died opens its session, once", async () => {
  const { accounts } = ports();
  const id = parseUserId(user.id);
  if (!id.ok) throw new Error("an id was expected");
  const open = someSession();
  const ask = () =>
    accounts.change(id.value, {
      changeId: "one and the same",
      change: { kind: "set_password", passwordHash: "new" },
      ifVersion: 1,
      cause: CAUSE,
      open,
    });
  crashAtCommit();
  await expect(ask()).rejects.toThrow("unavailable");
  for (let i = 0; i < 2; i++) expect(await ask()).toMatchObject({ kind: "done", opened: {} });
  expect((await accounts.listSessions(id.value)).map((one) => one.id)).toEqual([open.sessionId]);
});

it("CFW-03 a password change that was begun ends every session, whoever settles it", async () => {
  await crashDuring(setPassword);
  moveClock(6 * MINUTE);
  const replies = await Promise.all([
    refresh(user.refreshToken),
    call("GET", "/v1/auth/sessions", { token: user.accessToken }),
    refresh(other.refreshToken),
  ]);
  expect(replies.map(({ status }) => status)).toEqual([401, 401, 401]);
});

it("CFW-05 objects killed at any moment of a change answer with the truth afterwards", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const victim = await newUser();
    const change = call("PATCH", `/v1/users/${victim.id}`, {
      token: admin.accessToken,
      body: { status: "disabled" },
    });
    // Each turn lets the change come a little further before everything dies.
    for (let turn = 0; turn < turns; turn++) await env.DB.prepare("select 1").run();
    await abortAllDurableObjects();
    const reply = await change;
    expect([200, 503]).toContain(reply.status);
    const after = await env.DB.prepare("select status from users where id = ?")
      .bind(victim.id)
      .first<{ status: string }>();
    if (reply.status === 200) expect(after?.status).toBe("disabled");
    const settled = await refresh(victim.refreshToken);
    expect(settled.status).toBe(after?.status === "disabled" ? 401 : 200);
  }
});

describe("CFW-05 a row changed by hand reaches its object, whatever dies on the way", () => {
  const disableByHand = async () => {
    await emptyFeed();
    await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(user.id).run();
  };
  const isEnded = async () => {
    await expectRefused({ one: user.accessToken, other: other.accessToken });
    expect((await refresh(user.refreshToken)).status).toBe(401);
    expect(await notedIds()).toEqual([]);
  };

  it("the object that is told dies at its commit: the entry stays for the next run", async () => {
    await disableByHand();
    crashAtCommit();
    await runFeed();
    expect(await notedIds()).toEqual([user.id]);
    await abortAllDurableObjects();
    await runFeed();
    await isEnded();
  });

  it("the object runs code that does not know the call: the entry stays for the next run", async () => {
    await disableByHand();
    const older = interposed(env.USERS, (method) => {
      if (method === "catchUp")
        throw new TypeError('The RPC receiver does not implement "catchUp"');
    });
    await runFeed({ USERS: older });
    expect(await notedIds()).toEqual([user.id]);
    await runFeed();
    await isEnded();
  });

  it("the run dies after the object was told, before it forgets: the next one repeats it", async () => {
    await disableByHand();
    const writes = failing(env.DB, (path) => path === "batch");
    await expect(runFeed({ DB: writes })).rejects.toThrow("d1 is unavailable");
    expect(await notedIds()).toEqual([user.id]);
    await runFeed();
    await isEnded();
  });

  it("everything is killed at any moment of a run", async () => {
    for (let turns = 0; turns < 8; turns++) {
      const victim = await newUser();
      await env.DB.prepare("update users set status = 'disabled' where id = ?")
        .bind(victim.id)
        .run();
      const run = runFeed();
      for (let turn = 0; turn < turns; turn++) await env.DB.prepare("select 1").run();
      await abortAllDurableObjects();
      await run.catch(() => undefined); // a database that was asked just then is gone as well
      await runFeed();
      expect((await refresh(victim.refreshToken)).status).toBe(401);
      expect(await notedIds()).toEqual([]);
    }
  });

  it("the object dies with a change of its own under way: both count at its next start", async () => {
    await emptyFeed();
    await crashDuring(promote);
    await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(user.id).run();
    await runFeed();
    await isEnded();
    expect(await intentOf(user.id)).toBeUndefined();
  });
});
