import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { toBase64Url } from "../../src/core/security/encoding.ts";
import type { Password } from "../../src/domain/credentials/password.ts";
import { userIdOf } from "../../src/domain/ids.ts";
import { expectDescribed } from "./described.ts";

export const ORIGIN = "http://localhost:8787";
export const PASSWORD = "correct horse battery staple" as Password;

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and assert what they find
  readonly body: any;
};

export type Options = {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

type Fetch = (request: Request) => Promise<Response> | Response;

/** A client of the service. @param fetcher answers requests; by default the Worker as deployed */
export function client(fetcher: Fetch = (request) => exports.default.fetch(request)) {
  return async (method: string, path: string, options: Options = {}): Promise<Reply> => {
    const headers = new Headers(options.headers);
    if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
    if (options.body !== undefined && !headers.has("content-type")) {
      headers.set("content-type", "application/json");
    }
    const body = isRaw(options.body) ? options.body : JSON.stringify(options.body);
    const init = options.body === undefined ? { method, headers } : { method, headers, body };
    const response = await fetcher(new Request(`${ORIGIN}${path}`, init));
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
    const reply = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
    expectDescribed(method, path, reply);
    return reply;
  };
}

/** Sent as it is; anything else as JSON. */
const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream =>
  typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;

export const call = client();

let serial = 0;
/** An address that no other test uses. */
export const freshEmail = (name = "user"): string =>
  `${name}.${++serial}.${randomPart()}@example.com`;

const randomPart = (): string =>
  toBase64Url(crypto.getRandomValues(new Uint8Array(6)))
    .replace(/[^A-Za-z0-9]/g, "x")
    .toLowerCase();

export type SignedIn = {
  readonly id: string;
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
};

/** Registers over HTTP. */
export async function register(email = freshEmail(), password: string = PASSWORD): Promise<string> {
  const reply = await call("POST", "/v1/auth/register", { body: { email, password } });
  expect(reply.status).toBe(201);
  return reply.body.id;
}

/** Signs in over HTTP. */
export async function signIn(email: string, password: string = PASSWORD): Promise<SignedIn> {
  const reply = await call("POST", "/v1/auth/login", { body: { email, password } });
  expect(reply.status).toBe(200);
  const me = await call("GET", "/v1/users/me", { token: reply.body.access_token });
  return {
    id: me.body.user.id,
    email,
    accessToken: reply.body.access_token,
    refreshToken: reply.body.refresh_token,
    sessionId: reply.body.session_id,
  };
}

/** A person as registration leaves them, signed in. */
export async function newUser(email = freshEmail()): Promise<SignedIn> {
  await insertUser(["user"], email, { verified: false });
  return signIn(email);
}

export const refresh = (refreshToken: string): Promise<Reply> =>
  call("POST", "/v1/auth/refresh", { body: { refresh_token: refreshToken } });

/** PASSWORD's hash at the stated cost, made once: hashing is most of what these tests cost. */
export const PASSWORD_HASH =
  "$scrypt-sha256$ln=15,r=8,p=3$BwcHBwcHBwcHBwcHBwcHBw$XOko/Q0qcGi3TDrl5TtdZmskzSUhjKUdO1xbryNGZLU";

/** An account written straight into D1, as the service leaves one, with the roles given. */
export async function insertUser(
  roles: readonly string[],
  email = freshEmail("inserted"),
  { verified = true } = {},
): Promise<{ id: string; email: string }> {
  const id = userIdOf(toBase64Url(crypto.getRandomValues(new Uint8Array(16))));
  const now = Date.now();
  await env.DB.batch([
    env.DB.prepare("insert into own_changes (user_id) values (?)").bind(id),
    env.DB.prepare(
      `insert into users (id, email, email_verified, password_hash, password_set_at, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
    ).bind(id, email, verified ? 1 : 0, PASSWORD_HASH, now, now, now),
    ...roles.map((role) =>
      env.DB.prepare("insert into user_roles (user_id, role) values (?, ?)").bind(id, role),
    ),
    env.DB.prepare("delete from own_changes where user_id = ?").bind(id),
  ]);
  return { id, email };
}

/** A signed-in administrator. */
export async function newAdmin(): Promise<SignedIn> {
  const { email } = await insertUser(["admin", "user"], freshEmail("admin"));
  return signIn(email);
}
