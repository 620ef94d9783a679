import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canaries, capturedLog } from "../../support/canaries.ts";
import {
  type client,
  freshEmail,
  insertUser,
  type Options,
  type Reply,
} from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { serviceWith } from "../../support/faults.ts";
import { throttleOf, unreachable } from "../../support/throttle.ts";

/*
 * Every flow and every failure once, with values that nothing else contains; then the log and
 * all error bodies are searched for them.
 */

const PASSWORD = "canary-password-zebra-flute-42";
const WRONG = "canary-wrong-violin-walrus-17";
const NEXT = "canary-next-harbour-pencil-88";
const secrets = canaries();
const errors: string[] = [];
let log: ReturnType<typeof capturedLog>;

/** A D1 that dies with all it was given in its message, as careless drivers do. */
const loudDatabase = new Proxy(env.DB, {
  get: (_, key) => () => {
    throw new Error(`${String(key)} failed for ${PASSWORD} ${WRONG}\n    at ${PASSWORD}`);
  },
});

const whole = recorded(serviceWith({}));
const broken = [
  { DB: loudDatabase },
  { LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "reserve") },
  { LOGIN_THROTTLES: unreachable(env.LOGIN_THROTTLES, "clear") },
  { USERS: unreachable(env.USERS, "openSession") },
  { USERS: unreachable(env.USERS, "check") },
  { USERS: unreachable(env.USERS, "refresh") },
  { AUTH_SECRETS: `v1:${PASSWORD}` },
].map((fault) => recorded(serviceWith(fault)));

/** Keeps what failed, and takes every token handed out for a canary. */
function recorded(ask: ReturnType<typeof client>) {
  return async (method: string, path: string, options: Options = {}): Promise<Reply> => {
    const reply = await ask(method, path, options);
    if (reply.status >= 400) errors.push(JSON.stringify(reply.body), ...reply.headers.values());
    for (const name of ["access_token", "refresh_token"]) {
      const token: unknown = reply.body[name];
      if (typeof token === "string") secrets.add(token);
    }
    return reply;
  };
}

async function everyFlow(
  ask: ReturnType<typeof recorded>,
  email: string,
  token: string,
  old: string,
) {
  const signedIn = { token };
  await ask("POST", "/v1/auth/register", { body: { email, password: PASSWORD } });
  await ask("POST", "/v1/auth/register", { body: { email, password: PASSWORD, [WRONG]: 1 } });
  await ask("POST", "/v1/auth/register", { body: { email: PASSWORD, password: WRONG } });
  await ask("POST", "/v1/auth/register", { body: { email, password: email } });
  await ask("POST", "/v1/auth/register", { body: `{"email":"${email}","password":"${PASSWORD}` });
  await ask("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  await ask("POST", "/v1/auth/login", { body: { email, password: WRONG } });
  await ask("POST", "/v1/auth/login", { body: { email: `no-${email}`, password: WRONG } });
  await ask("POST", "/v1/auth/refresh", { body: { refresh_token: old } });
  await ask("POST", "/v1/auth/refresh", { body: { refresh_token: `${old}x` } });
  await ask("GET", "/v1/users/me", signedIn);
  await ask("GET", "/v1/users/me", { token: `${token}x` });
  await ask("GET", "/v1/auth/sessions", signedIn);
  await ask("GET", `/v1/users?email=${encodeURIComponent(email)}`, signedIn);
  await ask("POST", "/v1/users/me/password", {
    token,
    body: { current_password: WRONG, new_password: NEXT },
  });
  await ask("POST", "/v1/users", { token, body: { email: `by-admin-${email}`, password: NEXT } });
  await ask("GET", "/health/ready");
}

beforeAll(async () => {
  log = capturedLog();
  secrets.add(PASSWORD, WRONG, NEXT);
  const owner = await insertUser(["admin", "user"], freshEmail("canary-owner"));
  const row = env.DB.prepare("select password_hash from users where id = ?").bind(owner.id);
  secrets.add(owner.email, (await row.first<string>("password_hash")) ?? "");

  const registered = freshEmail("canary-person");
  secrets.add(registered);
  await whole("POST", "/v1/auth/register", { body: { email: registered, password: PASSWORD } });
  await env.DB.prepare("insert into user_roles select id, 'admin' from users where email = ?")
    .bind(registered)
    .run();
  const credentials = { body: { email: registered, password: PASSWORD } };
  const first = await whole("POST", "/v1/auth/login", credentials);
  const { access_token: token, refresh_token: old } = first.body;
  const second = await whole("POST", "/v1/auth/refresh", { body: { refresh_token: old } });
  await whole("POST", "/v1/auth/refresh", { body: { refresh_token: second.body.refresh_token } });

  for (const ask of [whole, ...broken]) await everyFlow(ask, registered, token, old);

  // A spent token once more, a stored hash that cannot be read, a locked name, the last change.
  await whole("POST", "/v1/auth/refresh", { body: { refresh_token: old } });
  await env.DB.prepare("update users set password_hash = ? where id = ?")
    .bind(PASSWORD, owner.id)
    .run();
  await whole("POST", "/v1/auth/login", { body: { email: owner.email, password: PASSWORD } });
  for (let i = 0; i < 16; i++) {
    const attempt = await throttleOf(owner.email).reserve();
    if (attempt.kind === "allowed") await throttleOf(owner.email).fail();
  }
  await whole("POST", "/v1/auth/login", { body: { email: owner.email, password: PASSWORD } });
  const last = await whole("POST", "/v1/auth/login", credentials);
  const signedIn = { token: last.body.access_token };
  await whole("POST", "/v1/users/me/password", {
    ...signedIn,
    body: { current_password: PASSWORD, new_password: NEXT },
  });
  await whole("POST", "/v1/keys/rotate", signedIn);
  await whole("POST", "/v1/auth/logout", signedIn);
});

afterAll(() => log.stop());

it("LOG-01 the run met the failures it is about, and handed out tokens", async () => {
  const events = new Set(log.lines.map((line) => JSON.parse(line).event));
  for (const event of [
    "dependency_failed",
    "login_throttle_not_cleared",
    "misconfigured",
    "password_hash_refused",
    "request",
    "signing_key_created",
  ]) {
    expect(events).toContain(event);
  }
  const codes = new Set(errors.map((body) => /"code":"(\w+)"/.exec(body)?.[1]));
  for (const code of [
    "email_taken",
    "invalid_credentials",
    "invalid_refresh_token",
    "invalid_request",
    "invalid_token",
    "misconfigured",
    "service_unavailable",
    "too_many_requests",
    "weak_password",
  ]) {
    expect(codes).toContain(code);
  }
  expect(await storedEvents({ type: "refresh.reused" })).not.toEqual([]);
  expect(secrets.size).toBeGreaterThan(20);
});

it("LOG-01 no password, token, hash or address is in the log", () => {
  expect(secrets.foundIn(log.lines)).toEqual([]);
});

it("LOG-01 no password, token, hash or address is in an error, unless it was sent as a key", () => {
  const answered = errors.filter((text) => !text.includes("is not known"));
  expect(secrets.foundIn(answered)).toEqual([]);
  expect(errors.join()).not.toMatch(/\s+at .+:\d+/);
});

it("LOG-01 every line is one JSON object with a level and an event", () => {
  for (const line of log.lines) {
    expect(JSON.parse(line)).toMatchObject({
      level: expect.stringMatching(/^(info|warn|error)$/),
      event: expect.stringMatching(/^[a-z_]+$/),
    });
  }
});
