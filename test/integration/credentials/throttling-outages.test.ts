import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { freshEmail, insertUser, newUser, PASSWORD } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { failuresOf, storedFor, throttleOf, unreachable } from "../../support/throttle.ts";

const WRONG = "not the right password";
const outages: [string, Record<string, unknown>][] = [
  ["D1", { DB: failing(env.DB, () => true) }],
  ["the throttle object", { LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "reserve") }],
];

it.each(outages)(
  "RAT-05 with %s down sign-in is 503, and nothing is counted",
  async (_, broken) => {
    const service = serviceWith(broken);
    const tried = await insertUser(["user"]);
    await throttleOf(tried.email).reserve();
    await throttleOf(tried.email).reserve();
    const before = await storedFor(tried.email);
    for (const password of [PASSWORD, WRONG]) {
      for (const email of [tried.email, freshEmail()]) {
        const reply = await service("POST", "/v1/auth/login", { body: { email, password } });
        expect(reply.status).toBe(503);
        expect(reply.body.code).toBe("service_unavailable");
        expect(reply.headers.get("retry-after")).toBe("2");
        expect(await failuresOf(email)).toBe(email === tried.email ? 2 : 0);
      }
    }
    expect(await storedFor(tried.email)).toEqual(before);
  },
);

it("RAT-05 with D1 down a name that nobody tried before leaves no trace", async () => {
  const service = serviceWith({ DB: failing(env.DB, () => true) });
  const email = freshEmail();
  await service("POST", "/v1/auth/login", { body: { email, password: WRONG } });
  expect(await storedFor(email)).toEqual({ entries: {}, alarm: null });
});

it("RAT-05 with the user's object down the right password is 503, and no failure is counted", async () => {
  const service = serviceWith({ USERS: unreachable(env.USERS, "openSession") });
  const { email } = await newUser();
  const reply = await service("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  expect(reply.status).toBe(503);
  expect(await storedFor(email)).toEqual({ entries: {}, alarm: null });
});

it("RAT-05 with D1 down a wrong current password is 503, and nothing is counted", async () => {
  const user = await newUser();
  const service = serviceWith({ DB: failing(env.DB, () => true) });
  const reply = await service("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: { current_password: WRONG, new_password: "a turtle on roller skates" },
  });
  expect(reply.status).toBe(503);
  expect(await failuresOf(user.email)).toBe(0);
});

it("RAT-05 with D1 lost after the look-up the right password is 503, and counts as no failure", async () => {
  const service = serviceWith({ DB: failing(env.DB, (path) => path === "batch") });
  // A role that is not built in: what it grants must be read.
  await env.DB.prepare("insert into roles (name) values ('helper')").run();
  const { email } = await insertUser(["user", "helper"]);
  const reply = await service("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  expect(reply.status).toBe(503);
  expect(await storedFor(email)).toEqual({ entries: {}, alarm: null });
});

it("RAT-05 KV is no part of a sign-in: with it down people sign in, and wrong passwords count", async () => {
  await newUser(); // the signing key exists from here on
  const service = serviceWith({ JWKS_CACHE: failing(env.JWKS_CACHE, () => true) });
  const { email } = await insertUser(["user"]);
  const login = (password: string) =>
    service("POST", "/v1/auth/login", { body: { email, password } });
  expect((await login(WRONG)).status).toBe(401);
  expect(await failuresOf(email)).toBe(1);
  expect((await login(PASSWORD)).status).toBe(200);
});

it("a count that cannot be cleared does not stop whoever was right", async () => {
  const service = serviceWith({ LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "clear") });
  const { email } = await insertUser(["user"]);
  const reply = await service("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  expect(reply.status).toBe(200);
  expect(await failuresOf(email)).toBe(1);
});
