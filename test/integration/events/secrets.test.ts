import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { canaries } from "../../support/canaries.ts";
import { call, freshEmail, newAdmin, PASSWORD, refresh, signIn } from "../../support/client.ts";
import { eventually, keptBy, storedEvents } from "../../support/events.ts";
import { DEAD_LETTERS, deliver, withoutAuditTrail } from "../../support/queue.ts";
import { newServiceAccount } from "../../support/service-accounts.ts";
import { dumpD1, dumpObject, userObject } from "../../support/storage.ts";
import { throttleOf } from "../../support/throttle.ts";

const OWN = "canary seven quiet herons by the estuary";
const WRONG = "canary wrong violin walrus seventeen";
const NEXT = "canary next harbour pencil eighty-eight";

/** Everything that the audit database holds. */
async function dumpAudit(): Promise<string> {
  const { results } = await env.AUDIT_DB.prepare("select * from events").all();
  return JSON.stringify(results);
}

const keptByName = (email: string) =>
  runInDurableObject(throttleOf(email), (_, { storage }) => [
    ...storage.kv.list({ prefix: "event/" }),
  ]);

it("LOG-01 no token, password, hash or address is in an event, wherever it is kept or stored", async () => {
  const secrets = canaries();
  const email = freshEmail("canary-person");
  const other = freshEmail("canary-other");
  secrets.add(OWN, WRONG, NEXT, email, other);
  const admin = await newAdmin();
  secrets.add(admin.email, admin.accessToken, admin.refreshToken);

  const kept = await withoutAuditTrail(async () => {
    await call("POST", "/v1/auth/register", { body: { email, password: OWN, name: "Ada" } });
    await call("POST", "/v1/auth/login", { body: { email, password: WRONG } });
    const user = await signIn(email, OWN);
    secrets.add(user.accessToken, user.refreshToken);
    const second = (await refresh(user.refreshToken)).body.refresh_token;
    const third = (await refresh(second)).body.refresh_token;
    secrets.add(second, third);
    await refresh(user.refreshToken);
    const again = await signIn(email, OWN);
    const password = { current_password: WRONG, new_password: NEXT };
    const ask = { token: again.accessToken };
    await call("POST", "/v1/users/me/password", { ...ask, body: password });
    const right = { ...password, current_password: OWN };
    const changed = await call("POST", "/v1/users/me/password", { ...ask, body: right });
    secrets.add(changed.body.access_token, changed.body.refresh_token);
    const made = { email: other, password: PASSWORD, roles: ["user"] };
    await call("POST", "/v1/users", { token: admin.accessToken, body: made });
    const program = await newServiceAccount(admin.accessToken);
    secrets.add(program.secret);
    const { outbox, users } = await dumpD1();
    for (const { password_hash } of users as { password_hash: string }[])
      secrets.add(password_hash);
    return [...(await keptBy(user.id)), ...(await keptByName(email)), ...(outbox ?? [])];
  });
  expect(kept.length).toBeGreaterThan(8);
  expect(secrets.size).toBeGreaterThan(20);
  await deliver(DEAD_LETTERS, kept);
  const { dead_letters: letters } = await dumpD1();
  expect(letters?.length).toBeGreaterThan(8);
  const texts = [JSON.stringify(kept), JSON.stringify(letters), await dumpAudit()];
  expect(secrets.foundIn(texts)).toEqual([]);
});

/** What stands in a user's object: the names of its pairs, and how many sessions. */
async function rowsOf(
  id: string,
): Promise<{ pairs: string[]; sessions: number; events: unknown[] }> {
  const { pairs, tables } = await dumpObject(userObject(id));
  const all: [string, unknown][] = Object(pairs);
  return {
    pairs: all.map(([key]) => key.replace(/\d+$/, "N")),
    sessions: Object(tables).sessions.length,
    events: all.filter(([key]) => key.startsWith("event/")),
  };
}

it("a sign-in leaves one row more in the object, the same for all, and a refresh or a check none", async () => {
  const email = freshEmail();
  await call("POST", "/v1/auth/register", { body: { email, password: PASSWORD } });
  const user = await signIn(email);
  await storedEvents({ subject: user.id });
  const before = await rowsOf(user.id);
  expect(before.pairs).toEqual(["authority", "event/N", "schema"]);
  expect(before.events).toEqual([["event/000000000000001", null]]);

  await refresh(user.refreshToken);
  await call("GET", "/v1/users/me", { token: user.accessToken });
  expect(await rowsOf(user.id)).toEqual(before);
  expect(await storedEvents({ subject: user.id })).toHaveLength(2);

  await withoutAuditTrail(async () => {
    await signIn(email);
    const during = await rowsOf(user.id);
    expect([during.events.length, during.sessions]).toEqual([2, before.sessions + 1]);
  });
  await signIn(email);
  await eventually(async () => (await rowsOf(user.id)).events.length === 1);
  const after = await rowsOf(user.id);
  expect([after.pairs, after.sessions]).toEqual([before.pairs, before.sessions + 2]);
});
