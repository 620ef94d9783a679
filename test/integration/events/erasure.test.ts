import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "../../../src/domain/events/event.ts";
import { parseUserId, type UserId } from "../../../src/domain/ids.ts";
import { eventQueue } from "../../../src/persistence/queue/event-queue.ts";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  PASSWORD,
  type SignedIn,
} from "../../support/client.ts";
import { CONTEXT, someAct, someDeletion } from "../../support/event-samples.ts";
import { auditTrail, eventually, keptBy } from "../../support/events.ts";
import { dumpEverything } from "../../support/everything.ts";
import { byHand, runFeed } from "../../support/feed.ts";
import { someUserId } from "../../support/samples.ts";
import { dumpObject, userObject } from "../../support/storage.ts";

const NAME = "Canary Name";
/** Where the person is: at home, and where a thief is taken for them. */
const HOME = { ip: "203.0.113.71", agent: "CanaryBrowser/1", request: "canary-request-1" };
const AWAY = { ip: "203.0.113.72", agent: "CanaryBrowser/2", request: "canary-request-2" };
const TRACES = [NAME, ...Object.values(HOME), ...Object.values(AWAY)];
/** Where the administrator is, who stays. */
const OFFICE = { ip: "198.51.100.9", agent: "OfficeBrowser/1", request: "office-request-1" };

const at = ({ ip, agent, request }: typeof HOME) => ({
  "cf-connecting-ip": ip,
  "user-agent": agent,
  "x-request-id": request,
});

type Answered = { readonly access_token: string; readonly refresh_token: string };

/** All that leaves a trace of somebody, who ends as an administrator. */
async function live(email: string, admin: SignedIn): Promise<{ id: UserId; token: string }> {
  const ask = async (path: string, body: unknown, from = HOME, status = 200) => {
    const reply = await call("POST", `/v1/auth/${path}`, { body, headers: at(from) });
    expect([path, reply.status]).toEqual([path, status]);
    return reply.body;
  };
  const { id } = await ask("register", { email, password: PASSWORD, name: NAME }, HOME, 201);
  const wrong = { email, password: "a wrong horse battery staple" };
  await ask("login", wrong, AWAY, 401);
  const first: Answered = await ask("login", { email, password: PASSWORD });
  await ask("login", { ...wrong, device: first.refresh_token }, AWAY, 401);
  const spent = { refresh_token: first.refresh_token };
  const second: Answered = await ask("refresh", spent);
  await ask("refresh", spent, AWAY);
  await ask("refresh", { refresh_token: second.refresh_token });
  await ask("refresh", spent, AWAY, 401); // older than the one before: a thief

  const { access_token: token }: Answered = await ask("login", { email, password: PASSWORD });
  const roles = `/v1/users/${id}/roles/admin`;
  await call("PUT", roles, { token: admin.accessToken, headers: at(OFFICE) });
  const own = { token, headers: at(HOME) };
  await call("PATCH", "/v1/users/me", { ...own, body: { name: `${NAME} II` } });
  const other = await call("POST", "/v1/users", { ...own, body: { email: freshEmail("other") } });
  expect(other.status).toBe(201);
  await call("PATCH", `/v1/users/${other.body.user.id}`, { ...own, body: { status: "disabled" } });
  expect((await call("GET", "/v1/users/me/export", own)).status).toBe(200);
  await ask("login", wrong, AWAY, 401);
  return { id: userIdIn(id), token };
}

function userIdIn(text: string): UserId {
  const parsed = parseUserId(text);
  if (!parsed.ok) throw new Error("no id of a user");
  return parsed.value;
}

const allOf = (id: UserId): Promise<Event[]> => auditTrail().listAbout(id, null, 1_000);

/** Until everything was stored that was told, and whoever was deleted is done. */
const settled = (id: UserId) =>
  eventually(async () => {
    const outbox = await env.DB.prepare("select id from outbox").run();
    const done = await env.AUDIT_DB.prepare("select id from erased where id = ? and done = 1")
      .bind(id)
      .run();
    const kept = await keptBy(id);
    const { throttles = "" } = await dumpEverything();
    return (
      outbox.results.length + kept.length === 0 &&
      done.results.length === 1 &&
      !throttles.includes("evt_")
    );
  });

const isIn = (text: string) => (canary: string) =>
  text.toLowerCase().includes(canary.toLowerCase());

describe.each([
  [
    "by themselves",
    (_: UserId, token: string) =>
      call("DELETE", "/v1/users/me", { token, headers: at(HOME), body: { password: PASSWORD } }),
  ],
  [
    "by an administrator",
    (id: UserId, _: string, { accessToken: token }: SignedIn) =>
      call("DELETE", `/v1/users/${id}`, { token, headers: at(OFFICE) }),
  ],
  [
    "by hand",
    async (id: UserId) => {
      await byHand("delete from user_roles where user_id = ?", id);
      await byHand("delete from users where id = ?", id);
      await runFeed();
      return { status: 204 };
    },
  ],
] as const)("a user deleted %s", (_, remove) => {
  const email = freshEmail("canary");
  const canaries = [email, ...TRACES];
  let id: UserId;
  let before: Record<string, string>;
  let after: Record<string, string>;

  beforeAll(async () => {
    const admin = await newAdmin();
    const user = await live(email, admin);
    id = user.id;
    await eventually(async () => (await allOf(id)).some(({ type }) => type === "user.exported"));
    before = await dumpEverything();
    const removed = await remove(id, user.token, admin);
    expect(removed.status).toBe(204);
    await settled(id);
    after = await dumpEverything();
  });

  it("left traces before", () => {
    const all = Object.values(before).join();
    expect(canaries.filter((canary) => !isIn(all)(canary))).toEqual([]);
  });

  it("LOG-01 leaves no trace in any store but a random id", () => {
    const found = Object.entries(after).flatMap(([store, text]) =>
      canaries.filter(isIn(text)).map((canary) => `${store}: ${canary}`),
    );
    expect(found).toEqual([]);
    expect(isIn(Object.values(after).join())(id)).toBe(true);
  });

  it("leaves the events, and where the administrator was", async () => {
    const events = await allOf(id);
    const types = new Set(events.map(({ type }) => type));
    for (const type of [
      "user.registered",
      "sign_in.failed",
      "proof.failed",
      "session.opened",
      "refresh.replayed_elsewhere",
      "refresh.reused",
      "user.role.assigned",
      "user.renamed",
      "user.invited",
      "user.disabled",
      "user.exported",
      "user.deleted",
    ]) {
      expect(types).toContain(type);
    }
    const assigned = events.find(({ type }) => type === "user.role.assigned");
    expect(assigned?.context).toMatchObject({ ip: OFFICE.ip, userAgent: OFFICE.agent });
  });

  it("leaves a tombstone with nothing of them", async () => {
    const { pairs, tables } = await dumpObject(userObject(id));
    const authority = { status: "deleted", roles: [], version: expect.any(Number) };
    expect(pairs).toContainEqual([
      "authority",
      expect.objectContaining({
        authority: { ...authority, passwordSetAt: expect.any(Number) },
      }),
    ]);
    expect(tables).toEqual({ sessions: [] });
  });
});

it("who never signed in and is deleted by hand is erased as well, and told of once", async () => {
  const email = freshEmail("unused");
  const registered = await call("POST", "/v1/auth/register", {
    body: { email, password: PASSWORD },
    headers: at(HOME),
  });
  const id = userIdIn(registered.body.id);
  const contexts = async () => (await allOf(id)).map(({ type, context }) => [type, context.ip]);
  await eventually(async () => (await contexts()).length === 1);
  expect(await contexts()).toEqual([["user.registered", HOME.ip]]);
  await byHand("delete from user_roles where user_id = ?", id);
  await byHand("delete from users where id = ?", id);
  for (let times = 0; times < 2; times++) {
    await byHand("insert into change_feed (user_id) values (?)", id);
    await runFeed(); // tells it
    await runFeed(); // sends it
    await settled(id);
  }
  expect(await contexts()).toEqual([
    ["user.deleted", null],
    ["user.registered", null],
  ]);
  expect(await dumpObject(userObject(id))).toEqual({ pairs: [], tables: {} });
});

it("an account that is there and was never used is not told of as deleted", async () => {
  const { id } = await insertUser(["user"]);
  await byHand("insert into change_feed (user_id) values (?)", id);
  await runFeed();
  const { results } = await env.DB.prepare("select id from outbox").run();
  expect(results).toEqual([]);
});

describe("an event of a deleted user", () => {
  const send = (...events: Event[]) =>
    eventQueue(env.EVENTS).send(events.map((event) => ({ event, keeper: { kind: "record" } })));
  let id: UserId;
  const stored = (event: Event) =>
    eventually(async () => (await allOf(id)).some((one) => one.id === event.id));
  const contexts = async () => (await allOf(id)).map(({ context }) => context.ip);

  beforeEach(async () => {
    id = someUserId();
    const early = someAct(id);
    await send(early);
    await stored(early);
    expect(await contexts()).toEqual([CONTEXT.ip]);
    const deletion = someDeletion(id);
    await send(deletion);
    await eventually(async () => (await contexts()).join() === ",");
  });

  it("that comes late is stored without where they were", async () => {
    const late = someAct(id, { occurredAt: Date.now() - 60_000 });
    await send(late);
    await stored(late);
    expect(await contexts()).toEqual([null, null, null]);
  });

  it("that tells of the deletion again changes nothing", async () => {
    const [deletion] = await allOf(id);
    if (deletion === undefined) throw new Error("no deletion");
    const before = await allOf(id);
    const late = someAct(id);
    await send({ ...deletion, context: CONTEXT }, late);
    await stored(late);
    expect((await allOf(id)).filter((event) => event.id !== late.id)).toEqual(before);
    expect(await contexts()).toEqual([null, null, null]);
  });
});
