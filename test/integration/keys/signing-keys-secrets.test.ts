import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { freshEmail, insertUser } from "../../support/client.ts";
import { DAY, moveClock, stopClock } from "../../support/moving-clock.ts";
import {
  cron,
  freshIsolate,
  keyRows,
  kidOf,
  type Service,
  signInThrough,
  withoutKeys,
} from "../../support/signing-keys.ts";
import { refreshTokenBytes } from "../../support/tokens.ts";

const V1 = String(Reflect.get(env, "AUTH_SECRETS"));
const V2 = `v2:${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`;
const before = { AUTH_SECRETS: V1 };
const during = { AUTH_SECRETS: `${V2},${V1}` };
const after = { AUTH_SECRETS: V2 };

let email: string;

beforeEach(async () => {
  stopClock();
  await withoutKeys();
  ({ email } = await insertUser(["user"], freshEmail()));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const refreshThrough = (service: Service, refreshToken: string) =>
  service("POST", "/v1/auth/refresh", { body: { refresh_token: refreshToken } });

const versionOf = (refreshToken: string): number => refreshTokenBytes(refreshToken)[1] ?? 0;

const wrappedUnder = async (): Promise<string[]> =>
  (await keyRows()).map((row) => row.wrapped_private.split(".")[0] ?? "");

it("the cron wraps every key anew under the newest secret, and the old one can be dropped", async () => {
  const { body: old } = await signInThrough(freshIsolate(before), email);
  moveClock(29 * DAY);
  await cron(before);
  expect(await wrappedUnder()).toEqual(["v1", "v1"]);
  await cron(during);
  expect(await wrappedUnder()).toEqual(["v2", "v2"]);
  await cron(during);
  expect(await wrappedUnder()).toEqual(["v2", "v2"]);

  const signedIn = await signInThrough(freshIsolate(after), email);
  expect(kidOf(signedIn.body.access_token)).toBe(kidOf(old.access_token));
  const me = await freshIsolate(after)("GET", "/v1/users/me", {
    token: signedIn.body.access_token,
  });
  expect(me.status).toBe(200);
  moveClock(DAY);
  const next = await signInThrough(freshIsolate(after), email);
  expect(kidOf(next.body.access_token)).toBe((await keyRows())[1]?.kid);
});

it("refresh tokens of the old secret go on while it is configured, and move to the newest", async () => {
  const { body: first } = await signInThrough(freshIsolate(before), email);
  expect(versionOf(first.refresh_token)).toBe(1);
  const second = await refreshThrough(freshIsolate(during), first.refresh_token);
  expect([second.status, versionOf(second.body.refresh_token)]).toEqual([200, 2]);
  await cron(during);
  const third = await refreshThrough(freshIsolate(after), second.body.refresh_token);
  expect([third.status, third.body.session_id]).toEqual([200, first.session_id]);
  // Its MAC can no longer be checked, so nothing is decided about its session.
  const spent = await refreshThrough(freshIsolate(after), first.refresh_token);
  expect([spent.status, spent.body.code]).toEqual([401, "invalid_refresh_token"]);
  expect((await refreshThrough(freshIsolate(after), third.body.refresh_token)).status).toBe(200);
});

it("reuse is seen across the change of secrets", async () => {
  const { body: first } = await signInThrough(freshIsolate(before), email);
  const second = await refreshThrough(freshIsolate(during), first.refresh_token);
  const third = await refreshThrough(freshIsolate(during), second.body.refresh_token);
  expect((await refreshThrough(freshIsolate(during), first.refresh_token)).status).toBe(401);
  expect((await refreshThrough(freshIsolate(after), third.body.refresh_token)).status).not.toBe(
    200,
  );
  expect((await refreshThrough(freshIsolate(during), third.body.refresh_token)).status).toBe(401);
});

it("REF-04 while old and new isolates serve side by side, a retry finds the one successor", async () => {
  const { body: first } = await signInThrough(freshIsolate(before), email);
  const second = await refreshThrough(freshIsolate(before), first.refresh_token);
  const replayed = await refreshThrough(freshIsolate(during), first.refresh_token);
  expect(replayed.body.refresh_token).toBe(second.body.refresh_token);

  const third = await refreshThrough(freshIsolate(during), second.body.refresh_token);
  // An isolate that does not know the newest secret cannot make that successor, and consumes nothing.
  const unable = await refreshThrough(freshIsolate(before), second.body.refresh_token);
  expect([unable.status, unable.body.code]).toEqual([503, "service_unavailable"]);
  const again = await refreshThrough(freshIsolate(during), second.body.refresh_token);
  expect(again.body.refresh_token).toBe(third.body.refresh_token);
  expect((await refreshThrough(freshIsolate(during), third.body.refresh_token)).status).toBe(200);
});

it("a secret dropped before the keys were wrapped anew is 503, and said; bringing it back heals", async () => {
  const { body: signedIn } = await signInThrough(freshIsolate(before), email);
  const reply = await signInThrough(freshIsolate(after), email);
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  const warned = vi.spyOn(console, "warn");
  await cron(after);
  const events = warned.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(events).toContainEqual({
    level: "warn",
    event: "signing_key_unreadable",
    actor: { kind: "system", id: "auth-service" },
    kid: kidOf(signedIn.access_token),
  });
  expect(await wrappedUnder()).toEqual(["v1"]);
  // Verifying needs no private half.
  const me = await freshIsolate(after)("GET", "/v1/users/me", { token: signedIn.access_token });
  expect(me.status).toBe(200);
  await cron(during);
  expect((await signInThrough(freshIsolate(after), email)).status).toBe(200);
});
