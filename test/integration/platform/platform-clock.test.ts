import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { call, newUser, PASSWORD, refresh, signIn } from "../../support/client.ts";
import { DAY, HOUR, MINUTE, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("CFW-15 a clock that jumps back ends no session and locks nobody out", async () => {
  moveClock(DAY);
  const user = await newUser();
  const { refresh_token: second } = (await refresh(user.refreshToken)).body;
  moveClock(-DAY);
  const replay = await refresh(user.refreshToken);
  expect([replay.status, replay.body.refresh_token]).toEqual([200, second]);
  const third = await refresh(second);
  expect(third.status).toBe(200);
  await expectAccepted(third.body.access_token);
  // Issued a day from now: not good yet, and no reason to end anything.
  await expectRefused({ "from the future": user.accessToken });
  const again = await signIn(user.email);
  await expectAccepted(again.accessToken);
  moveClock(DAY + MINUTE);
  expect((await refresh(third.body.refresh_token)).status).toBe(200);
});

it("CFW-15 limits counted while the clock was ahead are none when it is back", async () => {
  stopClock();
  const user = await newUser();
  moveClock(DAY);
  for (let tries = 0; tries < 4; tries++) {
    await call("POST", "/v1/auth/login", {
      body: { email: user.email, password: "not the right password" },
    });
  }
  moveClock(-DAY);
  const login = { body: { email: user.email, password: PASSWORD } };
  const reply = await call("POST", "/v1/auth/login", login);
  const wait = Number(reply.headers.get("retry-after") ?? 0);
  expect(wait).toBeLessThanOrEqual(HOUR / SECOND);
  moveClock(wait * SECOND);
  expect((await call("POST", "/v1/auth/login", login)).status).toBe(200);
});

it("CFW-15 a copy that was read while the clock was ahead is not young for ever", async () => {
  moveClock(2 * DAY);
  const user = await newUser();
  moveClock(-2 * DAY);
  await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(user.id).run();
  moveClock(1);
  const reply = await refresh(user.refreshToken);
  expect([reply.status, reply.body.code]).toEqual([401, "invalid_refresh_token"]);
});
