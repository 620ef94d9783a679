import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import { newUser, type Reply, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { userObject, withoutTable } from "../../support/storage.ts";
import { throttleOf } from "../../support/throttle.ts";
import { unguarded } from "../../support/unguarded.ts";

let user: SignedIn;
let log: ReturnType<typeof capturedLog>;

beforeEach(async () => {
  user = await newUser();
  log = capturedLog();
});

afterEach(() => log.stop());

/** Its objects read D1 before every answer. */
const service = serviceWith({ AUTHORITY_MAX_AGE: "0" });
const refreshed = (): Promise<Reply> =>
  service("POST", "/v1/auth/refresh", { body: { refresh_token: user.refreshToken } });
const logged = () => log.lines.filter((line) => line.startsWith("{")).map((l) => JSON.parse(l));

/** A mistake is no outage: asking again will not help, so nobody is told to. */
function expectMistake(reply: Reply, error: Record<string, string>): void {
  expect([reply.status, reply.body.code]).toEqual([500, "internal_error"]);
  expect(reply.headers.get("retry-after")).toBeNull();
  expect(logged()).toContainEqual(expect.objectContaining({ event: "request_failed", ...error }));
}

it("CFW-12 a state that the user's object cannot make sense of is 500, not an outage", async () => {
  await runInDurableObject(userObject(user.id), (_, { storage }) =>
    storage.kv.put("authority", {}),
  );
  await abortAllDurableObjects(); // it remembers what it wrote itself
  expectMistake(await refreshed(), { error: "TypeError" });
});

it("CFW-12 a row that the user's object cannot read is 500, not an outage", async () => {
  await unguarded(() =>
    env.DB.prepare("update users set version = 1.5 where id = ?").bind(user.id).run(),
  );
  const mistake = { error: "Impossible", code: "user_row_unreadable", about: `${user.id} version` };
  expectMistake(await refreshed(), mistake);
  await env.DB.prepare("update users set version = 1 where id = ?").bind(user.id).run();
  expect((await refreshed()).status).toBe(200);
});

it("CFW-12 a state that the throttle cannot make sense of is 500, not an outage", async () => {
  await runInDurableObject(throttleOf(user.email), (_, { storage }) =>
    storage.kv.put("state", { failures: 11n, lastAt: Date.now() }),
  );
  const body = { email: user.email, password: "not the right password" };
  expectMistake(await service("POST", "/v1/auth/login", { body }), { error: "TypeError" });
});

it("LOG-01 an outage of D1 in the user's object is logged with its cause", async () => {
  const reply = await withoutTable("users", refreshed);
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(logged()).toContainEqual(
    expect.objectContaining({
      event: "dependency_failed",
      dependency: "d1",
      cause: expect.stringContaining("no such table: users"),
    }),
  );
});
