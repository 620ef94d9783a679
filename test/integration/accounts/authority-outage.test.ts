import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { parseSessionId, parseUserId } from "../../../src/domain/ids.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { capturedLog } from "../../support/canaries.ts";
import { newUser, type Reply, refresh, type SignedIn } from "../../support/client.ts";
import { DEFERRED } from "../../support/deferred.ts";
import { serviceWith } from "../../support/faults.ts";
import { runFeed } from "../../support/feed.ts";
import { DAY, HOUR, MINUTE, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { ports } from "../../support/ports.ts";
import { dumpObject, userObject, withoutTable } from "../../support/storage.ts";
import { claimsOf, expectAccepted } from "../../support/tokens.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.useRealTimers();
});

function idsOf(one: SignedIn) {
  const [id, sessionId] = [parseUserId(one.id), parseSessionId(one.sessionId)];
  if (!id.ok || !sessionId.ok) throw new Error("ids were expected");
  return { id: id.value, sessionId: sessionId.value };
}

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).toMatch(/^[1-9]/);
}

it("with D1 away and the copy too old the answer is 503, and the token is still good after", async () => {
  // Its objects keep no copy for longer than an access token lives.
  const service = serviceWith({ AUTHORITY_MAX_AGE: "300" });
  moveClock(5 * MINUTE);
  const before = await dumpObject(userObject(user.id));
  await withoutTable("users", async () => {
    const token = user.accessToken;
    const body = { refresh_token: user.refreshToken };
    expectOutage(await service("POST", "/v1/auth/refresh", { body }));
    expectOutage(await service("GET", "/v1/auth/sessions", { token }));
    expectOutage(await service("POST", "/v1/auth/logout?scope=global", { body }));
  });
  expect(await dumpObject(userObject(user.id))).toEqual(before);
  await expectAccepted(user.accessToken);
  expect((await refresh(user.refreshToken)).status).toBe(200);
});

it("with D1 away a token is not made poorer: an editable role waits, a built-in one does not", async () => {
  const insertRole = "insert into roles (name, description) values ('auditor', '')";
  const grant = "insert into user_roles (user_id, role) values (?, 'auditor')";
  await env.DB.batch([
    env.DB.prepare(insertRole),
    env.DB.prepare(
      "insert into role_permissions (role, permission) values ('auditor', 'audit:read')",
    ),
    env.DB.prepare(grant).bind(user.id),
  ]);
  await runFeed();
  const holder = await refresh(user.refreshToken);
  expect(claimsOf(holder.body.access_token)["permissions"]).toEqual(["audit:read"]);
  const plain = await newUser();

  const fresh = serviceWith({});
  moveClock(10 * SECOND);
  await withoutTable("role_permissions", async () => {
    const refreshed = (token: string) =>
      fresh("POST", "/v1/auth/refresh", { body: { refresh_token: token } });
    expectOutage(await refreshed(holder.body.refresh_token));
    expect((await refreshed(plain.refreshToken)).status).toBe(200);
  });
  const again = await refresh(holder.body.refresh_token);
  expect(claimsOf(again.body.access_token)["permissions"]).toEqual(["audit:read"]);
});

it("CFW-05 what could not be stored is not known either", async () => {
  await runInDurableObject(userObject(user.id), (_, { storage }) => {
    const { transactionSync } = storage;
    storage.transactionSync = (work) => {
      storage.transactionSync = transactionSync;
      return storage.transactionSync(() => {
        work();
        throw new Error("the disk is full");
      });
    };
  });
  const before = await dumpObject(userObject(user.id));
  await env.DB.prepare("update users set version = 2 where id = ?").bind(user.id).run();
  moveClock(DAY);
  const { id, sessionId } = idsOf(user);
  await expect(ports().accounts.check(id, sessionId)).rejects.toThrow(Unavailable);
  expect(await dumpObject(userObject(user.id))).toEqual(before);
  await withoutTable("users", () =>
    expect(ports().accounts.check(id, sessionId)).rejects.toThrow(Unavailable),
  );
  expect(await ports().accounts.check(id, sessionId)).toMatchObject({ authority: { version: 2 } });
});

it("a copy that could not be renewed in time stops nobody, and is in the log", async () => {
  const { id, sessionId } = idsOf(user);
  moveClock(23 * HOUR);
  const log = capturedLog();
  await withoutTable("users", async () => {
    expect(await ports().accounts.check(id, sessionId)).not.toBeNull();
    await vi.waitFor(() => expect(log.lines.join()).toContain("deferred_work_failed"), DEFERRED);
  });
  log.stop();
});

it("catching up with D1 away is an outage that changes nothing", async () => {
  const { id } = idsOf(user);
  const catchUp = () => ports().accounts.catchUp(id);
  const before = await dumpObject(userObject(user.id));
  await withoutTable("users", () => expect(catchUp()).rejects.toThrow(Unavailable));
  expect(await dumpObject(userObject(user.id))).toEqual(before);
  await catchUp();
  await expectAccepted(user.accessToken);
});
