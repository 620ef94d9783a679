import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { runFeed } from "../../support/feed.ts";
import { DAY, HOUR, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import { claimsOf, expectAccepted, expectRefused } from "../../support/tokens.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.useRealTimers();
});

/** What an operator does with `wrangler d1 execute`: no version is moved, nobody is told. */
const byHand = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values, user.id)
    .run();

const disable = () => byHand("update users set status = 'disabled' where id = ?");
const promote = () => byHand("insert into user_roles (role, user_id) values ('admin', ?)");
const remove = async () => {
  await byHand("delete from user_roles where user_id = ?");
  await byHand("delete from users where id = ?");
};
/** The hash of the password that another account has. */
const setPassword = async () => {
  const other = await insertUser(["user"], freshEmail("source"));
  const { hash } = (await env.DB.prepare("select password_hash as hash from users where id = ?")
    .bind(other.id)
    .first<{ hash: string }>()) ?? { hash: "" };
  await byHand(
    "update users set password_hash = ?, password_set_at = ? where id = ?",
    hash,
    Date.now() + 1,
  );
};

const outOfDate = () => moveClock(DAY);

it("a row that was turned back can be changed at once, as after a restore", async () => {
  const admin = await signIn((await insertUser(["admin", "user"], freshEmail("admin"))).email);
  const set = (status: string) =>
    call("PATCH", `/v1/users/${user.id}`, { token: admin.accessToken, body: { status } });
  expect((await set("disabled")).status).toBe(200);
  expect((await set("active")).status).toBe(200);
  await byHand("update users set version = 1, change_id = 'restore' where id = ?");
  expect((await set("disabled")).status).toBe(200);
  await expectRefused({ session: user.accessToken });
});

describe("while the feed is not worked off", () => {
  it("a row changed by hand is noticed at AUTHORITY_MAX_AGE, and not before copies are renewed", async () => {
    await disable();
    moveClock(22 * HOUR - 1);
    const { status, body } = await refresh(user.refreshToken);
    expect(status).toBe(200);
    await expectAccepted(body.access_token);
    moveClock(2 * HOUR + 1);
    expect((await refresh(body.refresh_token)).status).toBe(401);
  });
});

describe("at the next sign-in", () => {
  it("a user disabled by hand is refused, though a session was there", async () => {
    await disable();
    const reply = await call("POST", "/v1/auth/login", {
      body: { email: user.email, password: PASSWORD },
    });
    expect(reply.body.code).toBe("account_disabled");
  });

  it("roles changed by hand count for the sessions that were there, too", async () => {
    await promote();
    const again = await signIn(user.email);
    expect(claimsOf(again.accessToken)["roles"]).toEqual(["admin", "user"]);
    expect((await call("GET", "/v1/users", { token: user.accessToken })).status).toBe(200);
  });

  it("a password set by hand ends the sessions opened before it", async () => {
    await setPassword();
    const again = await signIn(user.email);
    await expectAccepted(again.accessToken);
    await expectRefused({ "opened before": user.accessToken });
    expect((await refresh(user.refreshToken)).status).toBe(401);
  });

  it("a row deleted by hand is an account no more", async () => {
    await remove();
    const reply = await call("POST", "/v1/auth/login", {
      body: { email: user.email, password: PASSWORD },
    });
    expect(reply.body.code).toBe("invalid_credentials");
  });
});

const ended = { disabled: disable, deleted: remove, "given a new password": setPassword };

it.each(Object.entries(ended))(
  "REF-11 a user %s by hand can refresh no more once the copy is out of date",
  async (_, change) => {
    await change();
    outOfDate();
    const reply = await refresh(user.refreshToken);
    expect([reply.status, reply.body.code]).toEqual([401, "invalid_refresh_token"]);
  },
);

describe("at the next run of the feed", () => {
  it.each(Object.entries(ended))(
    "REF-11 a user %s by hand can refresh no more, and is refused",
    async (_, change) => {
      await change();
      await runFeed();
      const reply = await refresh(user.refreshToken);
      expect([reply.status, reply.body.code]).toEqual([401, "invalid_refresh_token"]);
      await expectRefused({ "the access token": user.accessToken });
    },
  );

  it("AUZ-04 roles changed by hand are in force, and in the next token", async () => {
    await promote();
    await runFeed();
    expect((await call("GET", "/v1/users", { token: user.accessToken })).status).toBe(200);
    const reply = await refresh(user.refreshToken);
    expect(claimsOf(reply.body.access_token)["roles"]).toEqual(["admin", "user"]);
    await byHand("delete from user_roles where role = 'admin' and user_id = ?");
    await runFeed();
    expect((await call("GET", "/v1/users", { token: reply.body.access_token })).status).toBe(403);
    const next = await refresh(reply.body.refresh_token);
    expect(claimsOf(next.body.access_token)["roles"]).toEqual(["user"]);
  });

  it("a user deleted by hand cannot be brought back by hand", async () => {
    const row = await env.DB.prepare("select * from users where id = ?").bind(user.id).first();
    await remove();
    await runFeed();
    await expectRefused({ "the access token": user.accessToken });
    const columns = Object.keys(row ?? {});
    await env.DB.prepare(
      `insert into users (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
    )
      .bind(...Object.values(row ?? {}))
      .run();
    await runFeed();
    moveClock(10 * SECOND);
    const login = { body: { email: user.email, password: PASSWORD } };
    expect((await call("POST", "/v1/auth/login", login)).status).toBe(401);
    expect((await refresh(user.refreshToken)).status).toBe(401);
  });
});
