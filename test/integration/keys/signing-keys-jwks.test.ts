import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { freshEmail, newAdmin, register, type SignedIn } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { DAY, HOUR, moveClock, stopClock } from "../../support/moving-clock.ts";
import {
  cron,
  freshIsolate,
  freshToken,
  kidOf,
  publishedKids,
  withoutKeys,
} from "../../support/signing-keys.ts";
import { dumpD1, dumpKv, withoutTable } from "../../support/storage.ts";

beforeEach(async () => {
  stopClock();
  await withoutKeys();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const jwks = (service = freshIsolate(), headers: Record<string, string> = {}) =>
  service("GET", "/.well-known/jwks.json", { headers });

/** The set as it is published: every member public, and what RFC 7517 wants of a signing key. */
async function expectPublicHalves(count: number): Promise<void> {
  const { status, body } = await jwks();
  expect([status, Object.keys(body), body.keys.length]).toEqual([200, ["keys"], count]);
  for (const key of body.keys) {
    expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect(key).toMatchObject({ alg: "ES256", crv: "P-256", kty: "EC", use: "sig" });
    expect(key.kid).toMatch(/^[A-Za-z0-9_-]{43}$/);
  }
  expect(new Set(body.keys.map((key: { kid: string }) => key.kid)).size).toBe(count);
}

it("KEY-05 in every state of a key the set holds public halves alone, with kid, alg and use", async () => {
  await expectPublicHalves(1); // made because somebody asked
  const admin: SignedIn = await newAdmin();
  moveClock(29 * DAY);
  await cron();
  await expectPublicHalves(2); // current and next
  moveClock(DAY);
  await cron();
  await expectPublicHalves(2); // retired and current
  moveClock(DAY + HOUR);
  await cron();
  await expectPublicHalves(1); // gone
  await freshToken(admin.email);
  const [kid] = await publishedKids();
  const token = await freshToken(admin.email);
  const revoked = await freshIsolate()("POST", "/v1/keys/rotate", { token, body: { revoke: kid } });
  expect(revoked.status).toBe(200);
  await expectPublicHalves(1); // its heir
  expect(await publishedKids()).not.toContain(kid);
  const set = JSON.stringify([(await jwks()).body, await dumpKv(), revoked.body]);
  expect(set).not.toMatch(/"d"|wrapped|\\"d\\"/);
});

it("the set may be cached for five minutes, and is told apart by its ETag", async () => {
  const service = freshIsolate();
  const first = await jwks(service);
  expect(first.headers.get("cache-control")).toBe("public, max-age=300");
  expect(first.headers.get("content-type")).toMatch(/^application\/(jwk-set\+)?json/);
  const etag = first.headers.get("etag") ?? "";
  expect(etag).toMatch(/^(W\/)?"[^"]+"$/);

  for (const known of [etag, `"other", ${etag}`, "*"]) {
    const again = await jwks(service, { "if-none-match": known });
    expect([known, again.status, again.body]).toEqual([known, 304, ""]);
    expect(again.headers.get("etag")).toBe(etag);
    expect(again.headers.get("cache-control")).toBe("public, max-age=300");
  }
  expect((await jwks(service, { "if-none-match": '"other"' })).status).toBe(200);

  moveClock(29 * DAY);
  await cron();
  const changed = await jwks(service, { "if-none-match": etag });
  expect([changed.status, changed.body.keys.length]).toEqual([200, 2]);
  expect(changed.headers.get("etag")).not.toBe(etag);
});

it("the set is served without KV from D1, without D1 from KV, and without both it is 503", async () => {
  const kids = await publishedKids();
  const withoutKv = { JWKS_CACHE: failing(env.JWKS_CACHE, () => true) };
  expect(await publishedKids(freshIsolate(withoutKv))).toEqual(kids);
  await withoutTable("signing_keys", async () => {
    expect(await publishedKids(freshIsolate())).toEqual(kids);
    const reply = await jwks(freshIsolate(withoutKv));
    expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });
});

it("KEY-01 without D1 an isolate that has just started verifies by the set in KV", async () => {
  const email = freshEmail();
  await register(email);
  const token = await freshToken(email);
  const isolate = freshIsolate();
  await withoutTable("signing_keys", async () => {
    expect((await isolate("GET", "/v1/auth/sessions", { token })).status).toBe(200);
    expect((await isolate("GET", "/v1/auth/sessions", { token: `${token}x` })).status).toBe(401);
  });
});

it("a value in KV that is no key set is no set: D1 stands behind it", async () => {
  const kids = await publishedKids();
  for (const value of [
    "",
    "null",
    '{"keys":[]}',
    '{"keys":[{"kty":"oct","k":"AA"}]}',
    "not JSON",
  ]) {
    await env.JWKS_CACHE.put("jwks", value);
    expect([value, await publishedKids(freshIsolate())]).toEqual([value, kids]);
  }
});

it("KEY-08 the private half reaches neither a store nor a log", async () => {
  const exported: string[] = [];
  const exportKey = crypto.subtle.exportKey.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "exportKey").mockImplementation(async (format, key) => {
    const result = await exportKey(format, key);
    if ("d" in result) exported.push(String(result.d));
    return result;
  });
  const logged = [vi.spyOn(console, "log"), vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
  const admin = await newAdmin();
  const token = await freshToken(admin.email);
  await freshIsolate()("POST", "/v1/keys/rotate", { token, body: {} });
  moveClock(DAY);
  await cron();
  await expect(cron({ JWKS_CACHE: failing(env.JWKS_CACHE, () => true) })).rejects.toThrow();

  expect(exported.length).toBeGreaterThanOrEqual(2);
  const shown = await freshIsolate()("GET", "/v1/keys", { token: await freshToken(admin.email) });
  expect(shown.body.keys.map((key: { kid: string }) => key.kid)).toContain(kidOf(token));
  const lines = logged.flatMap((spy) => spy.mock.calls);
  expect(JSON.stringify(lines)).toContain("signing_key_created");
  const everything = JSON.stringify([await dumpD1(), await dumpKv(), lines, shown.body]);
  for (const secret of exported) expect(everything).not.toContain(secret);
  expect(JSON.stringify([lines, shown.body])).not.toMatch(/wrapped|v1\./);
});
