import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Actor, Reply } from "../measure/load.ts";
import { expect, get, post, repeat, times } from "./http.ts";
import { PASSWORD } from "./product.ts";
import type { Operation, Running, Server } from "./server.ts";

export const BASE_URL = "http://localhost:3000";
/** Where the instance without, and the one with the cookie cache is mounted. */
export const AUTH = "/api/auth";
export const CACHED_AUTH = "/api/cached-auth";

const REGISTER_PATH = `${AUTH}/sign-up/email`;
const LOGIN_PATH = "/sign-in/email";

const SCRIPT = join(import.meta.dirname, "../hosts/better-auth-node.ts");

const originOf = (running: Running): string => running.origins["main"] ?? "";

const stranger = () => `${randomBytes(12).toString("hex")}@example.com`;

/** As a browser says it; better-auth asks for it. */
const FROM_THE_APP = { origin: BASE_URL };

const registration = (email: string) =>
  post(REGISTER_PATH, { name: "A person", email, password: PASSWORD }, FROM_THE_APP);

const login = (email: string, password = PASSWORD, mount = AUTH) =>
  post(`${mount}${LOGIN_PATH}`, { email, password }, FROM_THE_APP);

const signUp: Operation = {
  name: "sign-up",
  kind: "sign-up",
  request: `POST ${REGISTER_PATH}`,
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (_, count) =>
    times(count, () => ({
      next: () => registration(stranger()),
      judge: ({ status, body }) =>
        status === 200 && body.includes('"user"') ? "done" : "unexpected",
    })),
};

/** Every connection is a person of their own. */
const signIn: Operation = {
  name: "sign-in",
  kind: "sign-in",
  request: `POST ${AUTH}${LOGIN_PATH}`,
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (running, count) => {
    const origin = originOf(running);
    const people = times(count, stranger);
    await Promise.all(people.map((email) => expect(200, origin, registration(email))));
    await expect(401, origin, login(people[0] ?? "", "another's password"));
    return people.map((email) => repeat(login(email), 200, '"token":"'));
  },
};

/** Asks SQLite each time, so a session that was signed out is refused at once. */
const sessionCheck: Operation = {
  name: "session check",
  kind: "check, stateful",
  request: `GET ${AUTH}/get-session`,
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (running, count) => {
    await proveSignedOutIsRefused(running);
    return checking(running, count, AUTH);
  },
};

/** Believes the signed cookie, by default for five minutes: longer than a round. */
const cachedSessionCheck: Operation = {
  name: "session check, cookie cache",
  kind: "check, stateless",
  request: `GET ${CACHED_AUTH}/get-session, with the session_data cookie`,
  requests: 1,
  storage: "none",
  target: "main",
  actors: async (running, count) => {
    const actors = await checking(running, count, CACHED_AUTH);
    return actors.map(({ next, judge }) => ({
      next,
      // The cookie is set again only by a request that had to ask SQLite.
      judge: (reply) => (setsCookies(reply) ? "unexpected" : judge(reply)),
    }));
  },
};

const setsCookies = ({ headers }: Reply): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === "set-cookie");

async function checking(running: Running, count: number, mount: string): Promise<Actor[]> {
  const cookies = await Promise.all(times(count, () => signedIn(running, mount)));
  return cookies.map((cookie) => repeat(get(`${mount}/get-session`, { cookie }), 200, '"email"'));
}

/** @returns the cookies that a browser would send back */
async function signedIn(running: Running, mount: string): Promise<string> {
  const email = stranger();
  await expect(200, originOf(running), registration(email));
  const { path, ...init } = login(email, PASSWORD, mount);
  const response = await fetch(new URL(path, originOf(running)), init);
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";", 1)[0]);
  return cookies.join("; ");
}

async function proveSignedOutIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const cookie = await signedIn(running, AUTH);
  const session = get(`${AUTH}/get-session`, { cookie });
  const before = await expect(200, origin, session);
  await expect(200, origin, post(`${AUTH}/sign-out`, {}, { cookie, ...FROM_THE_APP }));
  const after = await expect(200, origin, session);
  if (before.body === "null" || after.body !== "null") throw new Error("signed out, yet let in");
}

/** With its own hash: scrypt, N=2^14, r=16, p=1. */
export const betterAuthNode: Server = {
  name: "better-auth on Node",
  runtime: "Node",
  launch: (directory) => ({ kind: "node", script: SCRIPT, args: [directory] }),
  operations: [signUp, signIn, sessionCheck, cachedSessionCheck],
};

/** With ours: scrypt, N=2^15, r=8, p=3, by the same node:crypto. */
export const betterAuthNodeEqualHash: Server = {
  name: "better-auth on Node, equal hash",
  runtime: "Node",
  launch: (directory) => ({ kind: "node", script: SCRIPT, args: [directory, "--equal-hash"] }),
  operations: [signUp, signIn],
};
