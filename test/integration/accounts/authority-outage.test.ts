import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { parseUserId } from "../../../src/domain/ids.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { call, newUser, type Reply, refresh, type SignedIn } from "../../support/client.ts";
import { failing, serviceWith } from "../../support/faults.ts";
import { MINUTE, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
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

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).toMatch(/^[1-9]/);
}

it("with D1 away and the copy too old the answer is 503, and the token is still good after", async () => {
  moveClock(5 * MINUTE);
  const before = await dumpObject(userObject(user.id));
  await withoutTable("users", async () => {
    expectOutage(await refresh(user.refreshToken));
    expectOutage(await call("GET", "/v1/auth/sessions", { token: user.accessToken }));
    expectOutage(
      await call("POST", "/v1/auth/logout?scope=global", {
        body: { refresh_token: user.refreshToken },
      }),
    );
  });
  expect(await dumpObject(userObject(user.id))).toEqual(before);
  await expectAccepted(user.accessToken);
  expect((await refresh(user.refreshToken)).status).toBe(200);
});

it("with a young copy a refresh and a protected call need no D1 at all", async () => {
  let isAway = false;
  const service = serviceWith({ DB: failing(env.DB, () => isAway) });
  const refreshed = (token: string) =>
    service("POST", "/v1/auth/refresh", { body: { refresh_token: token } });
  let { body } = await refreshed(user.refreshToken);

  isAway = true;
  moveClock(5 * MINUTE - 1);
  await withoutTable("users", async () => {
    const reply = await refreshed(body.refresh_token);
    expect(reply.status).toBe(200);
    expect(claimsOf(reply.body.access_token)["roles"]).toEqual(["user"]);
    body = reply.body;
    const sessions = await service("GET", "/v1/auth/sessions", { token: body.access_token });
    expect(sessions.status).toBe(200);
    moveClock(1);
    expectOutage(await refreshed(body.refresh_token));
  });
  isAway = false;
  expect((await refreshed(body.refresh_token)).status).toBe(200);
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
  moveClock(5 * MINUTE);
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

it("catching up with D1 away is an outage that changes nothing", async () => {
  const id = parseUserId(user.id);
  if (!id.ok) throw new Error("an id was expected");
  const catchUp = () => ports().accounts.catchUp(id.value);
  const before = await dumpObject(userObject(user.id));
  await withoutTable("users", () => expect(catchUp()).rejects.toThrow(Unavailable));
  expect(await dumpObject(userObject(user.id))).toEqual(before);
  await catchUp();
  await expectAccepted(user.accessToken);
});
