import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import { insertUser, newAdmin, newUser, type SignedIn } from "../../support/client.ts";
import { DAY, HOUR, moveClock, stopClock } from "../../support/moving-clock.ts";
import {
  cron,
  freshIsolate,
  freshToken,
  keyRows,
  kidOf,
  publishedKids,
  type Service,
  signInThrough,
  withoutKeys,
} from "../../support/signing-keys.ts";
import { withoutWriting } from "../../support/storage.ts";

let admin: SignedIn;
let service: Service;

beforeEach(async () => {
  stopClock();
  await withoutKeys();
  service = freshIsolate();
  const inserted = await insertUser(["admin", "user"]);
  const { body } = await signInThrough(service, inserted.email);
  admin = {
    ...inserted,
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    sessionId: body.session_id,
  };
});

afterEach(() => {
  vi.useRealTimers();
});

const revoke = (kid: string) =>
  service("POST", "/v1/keys/rotate", { token: admin.accessToken, body: { revoke: kid } });

const asMe = (token: string, through = service) => through("GET", "/v1/users/me", { token });

it("KEY-04 a revoked key verifies nothing from the reply on, and another signs at once", async () => {
  const old = kidOf(admin.accessToken);
  const reply = await revoke(old);
  expect(reply.status).toBe(200);
  expect(
    reply.body.keys.map(({ kid, state }: { kid: string; state: string }) => [kid, state]),
  ).toEqual([
    [old, "revoked"],
    [expect.any(String), "current"],
  ]);
  const [revoked] = reply.body.keys;
  expect(revoked.verifies_until).toBe(revoked.revoked_at);
  for (const isolate of [service, freshIsolate()]) {
    const refused = await asMe(admin.accessToken, isolate);
    expect([refused.status, refused.body.code]).toEqual([401, "invalid_token"]);
    const signedIn = await signInThrough(isolate, admin.email);
    expect(kidOf(signedIn.body.access_token)).not.toBe(old);
    expect((await asMe(signedIn.body.access_token, isolate)).status).toBe(200);
  }
  expect(await publishedKids()).not.toContain(old);
});

it("KEY-04 sessions outlive it: a refresh gives a token under the new key", async () => {
  await revoke(kidOf(admin.accessToken));
  const body = { refresh_token: admin.refreshToken };
  const renewed = await service("POST", "/v1/auth/refresh", { body });
  expect(renewed.status).toBe(200);
  expect((await asMe(renewed.body.access_token)).status).toBe(200);
});

it("KEY-04 an isolate that knew the key refuses it within a minute", async () => {
  const warm = freshIsolate();
  expect((await asMe(admin.accessToken, warm)).status).toBe(200);
  await revoke(kidOf(admin.accessToken));
  moveClock(60_000);
  expect((await asMe(admin.accessToken, warm)).status).toBe(401);
});

it("KEY-04 with a next key waiting, that one takes over: verifiers know it already", async () => {
  moveClock(29 * DAY);
  admin = { ...admin, accessToken: await freshToken(admin.email) };
  await cron();
  const [old = "", next] = await publishedKids();
  await revoke(old);
  expect(kidOf(await freshToken(admin.email))).toBe(next);
  expect(await publishedKids()).toEqual([next]);
  expect((await keyRows()).map((row) => row.kid)).toEqual([old, next]);
});

it("KEY-04 revoking a key that does not sign leaves the one that does", async () => {
  moveClock(29 * DAY);
  admin = { ...admin, accessToken: await freshToken(admin.email) };
  await cron();
  const [current, next = ""] = await publishedKids();
  expect((await revoke(next)).status).toBe(200);
  expect(kidOf(await freshToken(admin.email))).toBe(current);
  expect(await publishedKids()).not.toContain(next);
  expect((await asMe(admin.accessToken)).status).toBe(200);
});

it("KEY-04 a revoked key does not come back, whoever rotates afterwards", async () => {
  const old = kidOf(admin.accessToken);
  await revoke(old);
  for (const step of [0, 29 * DAY, DAY, HOUR, 60 * DAY]) {
    moveClock(step);
    await cron();
    expect(await publishedKids()).not.toContain(old);
    expect(kidOf(await freshToken(admin.email))).not.toBe(old);
  }
});

it("KEY-04 an emergency that D1 refuses is 503 and revokes nothing; asked again, it does", async () => {
  const old = kidOf(admin.accessToken);
  const failed = await withoutWriting("signing_keys", () => revoke(old));
  expect([failed.status, failed.body.code]).toEqual([503, "service_unavailable"]);
  expect((await asMe(admin.accessToken)).status).toBe(200);
  expect((await revoke(old)).status).toBe(200);
  expect((await asMe(admin.accessToken)).status).toBe(401);
});

it("KEY-04 only whoever may rotate does, and a kid that no key bears is 404", async () => {
  const kid = kidOf(admin.accessToken);
  const user = await newUser();
  const token = await freshToken(user.email);
  const refused = await service("POST", "/v1/keys/rotate", { token, body: { revoke: kid } });
  expect(refused.body.code).toBe("forbidden");
  expect((await revoke("A".repeat(43))).body.code).toBe("not_found");
  expect((await revoke("' or 1=1 --")).body.code).toBe("invalid_request");
  expect(await publishedKids()).toContain(kid);
});

it("a rotation asked for by hand publishes the next key, which signs a day later", async () => {
  const first = kidOf(admin.accessToken);
  const rotate = (token: string) => service("POST", "/v1/keys/rotate", { token });
  expect((await rotate(admin.accessToken)).status).toBe(200);
  await rotate(admin.accessToken);
  const [, second] = await publishedKids();
  expect(await publishedKids()).toHaveLength(2);
  expect(kidOf(await freshToken(admin.email))).toBe(first);
  moveClock(DAY);
  expect(kidOf(await freshToken((await newAdmin()).email))).toBe(second);
});

it("a key is made by whoever revoked the one before, and by the service where a sign-in needs one", async () => {
  const log = capturedLog();
  await revoke(kidOf(admin.accessToken));
  await withoutKeys();
  await signInThrough(freshIsolate(), admin.email);
  log.stop();
  const made = log.lines
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "signing_key_created");
  expect(made.map(({ actor }) => actor)).toEqual([
    { kind: "user", id: admin.id },
    { kind: "system", id: "auth-service" },
  ]);
});
