import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../../src/bindings.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import { type Services, servicesOf } from "../../../src/services.ts";
import { call, insertUser, newAdmin, newUser, PASSWORD, signIn } from "../../support/client.ts";
import { counted, objectsOver } from "../../support/counted-d1.ts";
import { byHand, runFeed } from "../../support/feed.ts";
import { stopClock } from "../../support/moving-clock.ts";
import { ports } from "../../support/ports.ts";
import { someActor } from "../../support/samples.ts";
import { dumpObject, userObject, withoutTable } from "../../support/storage.ts";
import { services } from "../../support/tokens.ts";

beforeEach(() => stopClock());
afterEach(() => vi.useRealTimers());

/** What a token's owner is called. */
async function nameIn(by: Services, token: string) {
  const found = await by.tokens.introspectToken(someActor(), token);
  return found.ok ? found.value.username : "inactive";
}

const introspect = (token: string) => nameIn(services(), token);

/** The same by an isolate of its own, and what it and the users' objects have D1 asked. */
function isolate() {
  const asked: string[] = [];
  const DB = counted(asked);
  const overrides: Record<string, unknown> = { DB, USERS: objectsOver(DB) };
  const replaced: Env = { ...env, ...overrides };
  const wired = servicesOf(replaced);
  if (wired === "misconfigured") throw new Error("the test configuration is refused");
  return { asked, introspect: (token: string) => nameIn(wired, token) };
}

const owner = async () => signIn((await insertUser(["user"])).email);

const verify = (id: string, flag: 0 | 1) =>
  byHand("update users set email_verified = ? where id = ?", flag, id);

it("introspection of a warm session asks D1 nothing, and knows what its owner is called", async () => {
  const [known, stranger] = [await owner(), await newUser()];
  const { asked, introspect: ask } = isolate();
  await ask(known.accessToken); // this isolate reads its signing keys
  asked.length = 0;
  for (let i = 0; i < 3; i++) {
    expect(await ask(known.accessToken)).toBe(known.email);
    expect(await ask(stranger.accessToken)).toBe(stranger.id);
  }
  expect(asked).toEqual([]);
});

it("an outage of D1 takes nobody's name", async () => {
  const [known, stranger] = [await owner(), await newUser()];
  await withoutTable("users", async () => {
    expect(await introspect(known.accessToken)).toBe(known.email);
    expect(await introspect(stranger.accessToken)).toBe(stranger.id);
  });
});

describe("an address changed by hand", () => {
  it("is what a person is called from the next run of the feed on, not before", async () => {
    const person = await owner();
    await byHand("update users set email = ? where id = ?", `new.${person.email}`, person.id);
    expect(await introspect(person.accessToken)).toBe(person.email);
    await runFeed();
    expect(await introspect(person.accessToken)).toBe(`new.${person.email}`);
  });

  it("is shown once it is verified, and no more when that is taken back", async () => {
    const person = await newUser();
    await verify(person.id, 1);
    expect(await introspect(person.accessToken)).toBe(person.id);
    await runFeed();
    expect(await introspect(person.accessToken)).toBe(person.email);
    await verify(person.id, 0);
    await runFeed();
    expect(await introspect(person.accessToken)).toBe(person.id);
  });

  it("is shown after a sign-in, too, which sees the other version", async () => {
    const person = await newUser();
    await verify(person.id, 1);
    await signIn(person.email);
    expect(await introspect(person.accessToken)).toBe(person.email);
  });

  it("and is unverified is never shown", async () => {
    const person = await owner();
    const other = `new.${person.email}`;
    await byHand("update users set email = ?, email_verified = 0 where id = ?", other, person.id);
    await runFeed();
    expect(await introspect(person.accessToken)).toBe(person.id);
    expect(JSON.stringify(await dumpObject(userObject(person.id)))).not.toContain("@");
  });
});

describe("of who is deleted the object keeps no address,", () => {
  const address = async (id: string) =>
    JSON.stringify(await dumpObject(userObject(id))).match(/[\w.]+@[\w.]+/)?.[0];

  it("by themselves", async () => {
    const person = await owner();
    expect(await address(person.id)).toBe(person.email);
    const { accessToken: token } = person;
    const reply = await call("DELETE", "/v1/users/me", { token, body: { password: PASSWORD } });
    expect([reply.status, await address(person.id)]).toEqual([204, undefined]);
  });

  it("by an administrator", async () => {
    const [person, admin] = [await owner(), await newAdmin()];
    const reply = await call("DELETE", `/v1/users/${person.id}`, { token: admin.accessToken });
    expect([reply.status, await address(person.id)]).toEqual([204, undefined]);
  });

  it("by hand, from the next run of the feed on", async () => {
    const person = await owner();
    await byHand("delete from user_roles where user_id = ?", person.id);
    await byHand("delete from users where id = ?", person.id);
    await runFeed();
    expect(await address(person.id)).toBeUndefined();
    expect(await introspect(person.accessToken)).toBe("inactive");
  });
});

it("CFW-17 where older code wrote the copy the row is asked, until the object reads it", async () => {
  const person = await owner();
  await runInDurableObject(userObject(person.id), (_, { storage }) => {
    const copy = storage.kv.get<Record<string, unknown>>("authority");
    storage.kv.put("authority", { ...copy, verifiedEmail: undefined });
  });
  const { asked, introspect: ask } = isolate();
  await ask(person.accessToken);
  asked.length = 0;
  expect(await ask(person.accessToken)).toBe(person.email);
  expect(asked).toHaveLength(1);
  const id = parseUserId(person.id);
  if (id.ok) await ports().accounts.catchUp(id.value);
  const later = isolate();
  await later.introspect(person.accessToken);
  later.asked.length = 0;
  expect(await later.introspect(person.accessToken)).toBe(person.email);
  expect(later.asked).toEqual([]);
});
