import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Actor } from "../measure/load.ts";
import { bearer, expect, get, post, repeat, times } from "./http.ts";
import { PASSWORD } from "./product.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import type { Operation, Running, Server } from "./server.ts";

const SCRIPT = join(import.meta.dirname, "../hosts/fastify-sqlite.ts");

const originOf = (running: Running): string => running.origins["main"] ?? "";

const stranger = () => `${randomBytes(12).toString("hex")}@example.com`;
const credentials = (email: string) => ({ email, password: PASSWORD });
const refreshExchange = (token: string) => post("/refresh", { refresh_token: token });

const signUp: Operation = {
  name: "sign-up",
  kind: "sign-up",
  request: "POST /register",
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (_, count) =>
    times(count, () => ({
      next: () => post("/register", credentials(stranger())),
      judge: ({ status }) => (status === 201 ? "done" : "unexpected"),
    })),
};

/** Every connection is a person of their own. */
const signIn: Operation = {
  name: "sign-in",
  kind: "sign-in",
  request: "POST /login",
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (running, count) => {
    const origin = originOf(running);
    const people = times(count, () => credentials(stranger()));
    await Promise.all(people.map((person) => expect(201, origin, post("/register", person))));
    await expect(401, origin, post("/login", { ...people[0], password: "another's password" }));
    return people.map((person) => repeat(post("/login", person), 200, '"refresh_token"'));
  },
};

/** Every connection is a person of their own. */
const refresh: Operation = {
  name: "refresh",
  kind: "refresh",
  request: "POST /refresh",
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (running, count) => {
    await proveReuseIsRefused(running);
    const sessions = await Promise.all(times(count, () => signedIn(running)));
    return sessions.map(rotating);
  },
};

/** The token alone. */
const checkStateless: Operation = {
  name: "check, stateless",
  kind: "check, stateless",
  request: "GET /me",
  requests: 1,
  storage: "none",
  target: "main",
  actors: (running, count) => checking(running, count, "/me", '"session_id"'),
};

/** As many tokens as connections: every one is in the cache, the best that it can do. */
const checkCached: Operation = {
  ...checkStateless,
  name: "check, stateless, verified tokens cached",
  request: "GET /cached/me",
  actors: (running, count) => checking(running, count, "/cached/me", '"session_id"'),
};

/** The token, and whether its session still stands. */
const checkStateful: Operation = {
  name: "check, stateful",
  kind: "check, stateful",
  request: "GET /me/session",
  requests: 1,
  storage: "SQLite",
  target: "main",
  actors: async (running, count) => {
    await proveReuseIsRefused(running);
    return checking(running, count, "/me/session", '"email"');
  },
};

const keySet: Operation = {
  name: "key set",
  kind: "key set",
  request: "GET /jwks",
  requests: 1,
  storage: "none",
  target: "main",
  actors: async (_, count) => times(count, () => repeat(get("/jwks"), 200, '"kid"')),
};

/** A new person, signed in. */
async function signedIn(running: Running): Promise<Tokens> {
  const origin = originOf(running);
  const person = credentials(stranger());
  await expect(201, origin, post("/register", person));
  return JSON.parse((await expect(200, origin, post("/login", person))).body);
}

async function checking(running: Running, count: number, path: string, holds: string) {
  const sessions = await Promise.all(times(count, () => signedIn(running)));
  const unsigned = sessions[0]?.access_token.replace(/[^.]+$/, "A".repeat(86)) ?? "";
  await expect(401, originOf(running), get(path, bearer(unsigned)));
  return sessions.map(({ access_token }) => repeat(get(path, bearer(access_token)), 200, holds));
}

const rotating = ({ refresh_token }: Tokens): Actor => rotation(refreshExchange, [refresh_token]);

/** The old token is refused, and with it its successor and the session. */
async function proveReuseIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const { access_token, refresh_token: oldest } = await signedIn(running);
  const session = get("/me/session", bearer(access_token));
  const newest = await rotatedTwice(origin, refreshExchange, oldest);
  await expect(200, origin, session);
  await expect(401, origin, refreshExchange(oldest));
  await expect(401, origin, refreshExchange(newest));
  await expect(401, origin, session);
}

export const fastifySqlite: Server = {
  name: "Fastify, JWT, SQLite",
  runtime: "Node",
  launch: (directory) => ({ kind: "node", script: SCRIPT, args: [directory] }),
  operations: [signUp, signIn, refresh, checkStateless, checkCached, checkStateful, keySet],
};
