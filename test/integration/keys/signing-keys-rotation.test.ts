import { env } from "cloudflare:workers";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { freshEmail, register } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { DAY, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import {
  cron,
  freshIsolate,
  freshToken,
  keyRows,
  kidOf,
  publishedKids,
  signInThrough,
  withoutKeys,
} from "../../support/signing-keys.ts";
import { withoutWriting } from "../../support/storage.ts";

let email: string;

beforeEach(async () => {
  stopClock();
  await withoutKeys();
  email = freshEmail();
  await register(email);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const isAccepted = async (token: string, service = freshIsolate()): Promise<boolean> =>
  (await service("GET", "/v1/users/me", { token })).status === 200;

it("the first key is made on first need, by one winner, and signs at once", async () => {
  const tokens = await Promise.all(Array.from({ length: 4 }, () => freshToken(email)));
  const rows = await keyRows();
  expect(rows).toHaveLength(1);
  expect(new Set(tokens.map(kidOf))).toEqual(new Set([rows[0]?.kid]));
  expect(await publishedKids()).toEqual([rows[0]?.kid]);
});

it("KEY-01 through a rotation no token that is in date is refused, and none is signed unpublished", async () => {
  const warm = freshIsolate();
  const first = kidOf((await signInThrough(warm, email)).body.access_token);

  moveClock(29 * DAY - 1);
  await cron();
  expect(await publishedKids()).toEqual([first]);
  moveClock(1);
  await cron();
  const [, second = ""] = await publishedKids();
  expect(await publishedKids()).toEqual([first, second]);
  // A verifier that keeps what it read now, for as long as a key is published ahead.
  const stale = createLocalJWKSet((await warm("GET", "/.well-known/jwks.json")).body);

  moveClock(DAY - 1);
  const last = await freshToken(email);
  expect(kidOf(last)).toBe(first);
  moveClock(1);
  const next = await freshToken(email);
  expect(kidOf(next)).toBe(second);
  expect(kidOf((await signInThrough(warm, email)).body.access_token)).toBe(second);
  for (const token of [last, next]) {
    await jwtVerify(token, stale, { currentDate: new Date() });
    expect([await isAccepted(token), await isAccepted(token, warm)]).toEqual([true, true]);
  }

  await cron();
  moveClock(629 * SECOND - 1);
  await cron();
  expect(await isAccepted(last)).toBe(true);
  expect(await publishedKids()).toEqual([first, second]);
  moveClock(DAY); // the longest that any token lives
  await cron();
  expect(await publishedKids()).toEqual([second]);
  expect((await keyRows()).map((row) => row.kid)).toEqual([second]);
  expect(kidOf(await freshToken(email))).toBe(second);
});

it("KEY-02 a key that was stored and not published never signs, however late it gets", async () => {
  const first = kidOf(await freshToken(email));
  moveClock(29 * DAY);
  const unpublished = failing(env.JWKS_CACHE, (path) => path === "put");
  await expect(cron({ JWKS_CACHE: unpublished })).rejects.toThrow();
  expect(await keyRows()).toMatchObject([{ kid: first }, { signs_from: null }]);
  expect(await publishedKids()).toEqual([first]);
  moveClock(60 * DAY);
  expect(kidOf(await freshToken(email))).toBe(first);

  await expect(withoutWriting("signing_keys", () => cron())).rejects.toThrow();
  const [, second = ""] = await publishedKids();
  moveClock(60 * DAY);
  expect(kidOf(await freshToken(email))).toBe(first);

  await cron();
  expect(kidOf(await freshToken(email))).toBe(first);
  moveClock(DAY);
  expect(kidOf(await freshToken(email))).toBe(second);
});

it("KEY-02 without KV the first key signs all the same, and is published by the next run", async () => {
  const unpublished = freshIsolate({ JWKS_CACHE: failing(env.JWKS_CACHE, () => true) });
  const reply = await signInThrough(unpublished, email);
  expect(reply.status).toBe(200);
  const token = reply.body.access_token;
  expect(await publishedKids(unpublished)).toEqual([kidOf(token)]);
  expect(await isAccepted(token)).toBe(true);
  expect(await env.JWKS_CACHE.get("jwks")).toBeNull();

  await cron();
  expect(await env.JWKS_CACHE.get("jwks")).toContain(kidOf(token));
  expect(await keyRows()).toHaveLength(1);
  expect(kidOf(await freshToken(email))).toBe(kidOf(token));
});

it("KEY-03 the cron that runs twice or side by side makes one next key", async () => {
  const first = kidOf(await freshToken(email));
  await cron();
  expect(await keyRows()).toHaveLength(1);
  moveClock(29 * DAY);
  await Promise.all(Array.from({ length: 5 }, () => cron()));
  await cron();
  const rows = await keyRows();
  expect(rows.map((row) => row.sequence)).toEqual([1, 2]);
  expect(rows[1]?.signs_from).toBe(Date.now() + DAY);
  moveClock(DAY);
  await Promise.all(Array.from({ length: 5 }, () => cron()));
  expect(await keyRows()).toHaveLength(2);
  expect(kidOf(await freshToken(email))).toBe(rows[1]?.kid);
  expect(first).toBe(rows[0]?.kid);
});

it("KEY-03 without the cron the service goes on, and the first late run says so", async () => {
  const first = kidOf(await freshToken(email));
  moveClock(200 * DAY);
  const token = await freshToken(email);
  expect(kidOf(token)).toBe(first);
  expect(await isAccepted(token)).toBe(true);

  const warned = vi.spyOn(console, "warn");
  await cron();
  const events = warned.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(events).toContainEqual({
    level: "warn",
    event: "signing_key_overdue",
    actor: { kind: "system", id: "auth-service" },
    kid: first,
  });
  expect(kidOf(await freshToken(email))).toBe(first);
  moveClock(DAY);
  expect(kidOf(await freshToken(email))).not.toBe(first);
  expect(await isAccepted(token)).toBe(false);
});

it("KEY-03 a cron that fails says so in the log, and to the platform", async () => {
  await freshToken(email);
  const failed = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const unpublished = failing(env.JWKS_CACHE, (path) => path === "put");
  await expect(cron({ JWKS_CACHE: unpublished })).rejects.toThrow();
  expect(failed.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual([
    expect.objectContaining({ level: "error", event: "cron_failed", error: "Unavailable" }),
  ]);
});

it("KEY-03 a cron that ran with a wrong configuration changes nothing", async () => {
  await freshToken(email);
  const before = await keyRows();
  moveClock(29 * DAY);
  await cron({ AUTH_SECRETS: "v1:short" });
  expect(await keyRows()).toEqual(before);
});

it("CFW-15 a clock that jumps back over a rotation leaves somebody who signs", async () => {
  const first = kidOf(await freshToken(email));
  moveClock(29 * DAY);
  await cron();
  moveClock(-29 * DAY);
  const token = await freshToken(email);
  expect([kidOf(token), await isAccepted(token)]).toEqual([first, true]);
  await cron();
  expect(await publishedKids()).toContain(first);
});
