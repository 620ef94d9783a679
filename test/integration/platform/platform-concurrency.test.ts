import { afterEach, expect, it, vi } from "vitest";
import { call, newAdmin, newUser, refresh, signIn } from "../../support/client.ts";
import { MINUTE, moveClock } from "../../support/moving-clock.ts";
import { claimsOf } from "../../support/tokens.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("CFW-01 refreshes that wait for D1 side by side have one successor", async () => {
  const user = await newUser();
  moveClock(6 * MINUTE);
  // The copy is out of date, so each of them lets the others in while it asks D1.
  const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(user.refreshToken)));
  expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
  expect(new Set(replies.map((reply) => reply.body.refresh_token)).size).toBe(1);
});

it("CFW-01 a refresh that waited for D1 does not outlive what happened meanwhile", async () => {
  const user = await newUser();
  const admin = await newAdmin();
  moveClock(6 * MINUTE);
  const [disabled, ...refreshed] = await Promise.all([
    call("PATCH", `/v1/users/${user.id}`, {
      token: (await refresh(admin.refreshToken)).body.access_token,
      body: { status: "disabled" },
    }),
    ...Array.from({ length: 10 }, () => refresh(user.refreshToken)),
  ]);
  expect(disabled.status).toBe(200);
  for (const { body } of refreshed) {
    const next = await refresh(body.refresh_token ?? user.refreshToken);
    expect([next.status, next.body.code]).toEqual([401, "invalid_refresh_token"]);
  }
});

it("CFW-01 changes to one user made side by side are made one after the other", async () => {
  const admin = await newAdmin();
  const user = await newUser();
  const names = Array.from({ length: 8 }, (_, i) => `team-${i}`);
  for (const name of names) {
    const body = { name, description: "", permissions: [] };
    await call("POST", "/v1/roles", { token: admin.accessToken, body });
  }
  const replies = await Promise.all(
    names.map((name) =>
      call("PUT", `/v1/users/${user.id}/roles/${name}`, { token: admin.accessToken }),
    ),
  );
  expect(replies.map((reply) => reply.status)).toEqual(names.map(() => 204));
  const claims = claimsOf((await refresh(user.refreshToken)).body.access_token);
  expect(claims).toMatchObject({ roles: [...names, "user"], ver: 1 + names.length });
});

it("CFW-16 users served side by side never see each other's data", async () => {
  const users = await Promise.all(Array.from({ length: 4 }, () => newUser()));
  const rounds = Array.from({ length: 6 }, () => users).flat();
  await Promise.all(
    rounds.map(async (user) => {
      const me = await call("GET", "/v1/users/me", { token: user.accessToken });
      expect([me.body.user.id, me.body.user.email]).toEqual([user.id, user.email]);
      const { body } = await call("GET", "/v1/auth/sessions", { token: user.accessToken });
      expect(body.sessions.map((session: { id: string }) => session.id)).toEqual([user.sessionId]);
      const renewed = await refresh(user.refreshToken);
      expect(claimsOf(renewed.body.access_token)).toMatchObject({
        sub: user.id,
        sid: user.sessionId,
      });
    }),
  );
  const failures = await Promise.all([
    call("GET", "/v1/users", { token: users[0]?.accessToken ?? "" }),
    call("GET", "/v1/users/nobody", { token: users[1]?.accessToken ?? "" }),
    refresh("rt1.forged"),
  ]);
  const ids = failures.map((reply) => reply.body.request_id);
  expect(new Set(ids).size).toBe(failures.length);
  await signIn(users[0]?.email ?? "");
});
