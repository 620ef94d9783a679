/**
 * better-auth on Workers and D1 (workers/better-auth.ts), and on Node:
 * `node servers/better-auth.ts <directory> <shipped or equal>` is its handler on Node's own server,
 * its tables in SQLite by node:sqlite, as its documentation mounts it.
 *
 * Chosen in its favour there: no commit waits for the disk (WAL, synchronous = normal), no request
 * limit, no log, and, as with our sign-up, no session for a new account. Its joins stay off, as
 * shipped: on SQLite they were no faster than two queries.
 */
import { randomBytes, scryptSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { betterAuth as onNode } from "better-auth";
import { toNodeHandler } from "better-auth/node";
import { hashEqually, hashPassword, verifyPassword } from "../workers/equal-hash.ts";
import { emailOf, ISSUER, PASSWORD } from "./auth-service.ts";
import * as http from "./http.ts";
import { operation, originOf, type Running, type Server } from "./server.ts";

const { anew, expect, get, inTurn, post, repeat, times } = http;

const SIGN_UP_PATH = "/api/auth/sign-up/email";
const SIGN_IN_PATH = "/api/auth/sign-in/email";
const SESSION_PATH = "/api/auth/get-session";
const SECRET = "uFq3X0mR7dYw1oZc5tJ8nB2kVhL6sQ9aEgPiTxWvDyM";
/** Its cookie cache belongs to an instance: one without it, and this one, on the same database. */
const CACHED = "better-auth-cached";

/** As its own page sends it: whoever looks like a browser must come from a trusted origin. */
const signInExchange = (index: number, password = PASSWORD) =>
  post(SIGN_IN_PATH, { email: emailOf(index), password }, { origin: ISSUER });

const signUp = (storage: string) =>
  operation(
    { name: "sign-up", kind: "sign-up", request: `POST ${SIGN_UP_PATH}`, storage, isExtra: true },
    async (_, count) =>
      times(count, () => {
        const person = () => ({ email: http.stranger(), password: PASSWORD, name: "A person" });
        return anew(() => post(SIGN_UP_PATH, person()), 200, '"user"');
      }),
  );

/** Every connection is a person of their own. */
const signIn = (storage: string) =>
  operation(
    { name: "sign-in", kind: "sign-in", request: `POST ${SIGN_IN_PATH}`, storage },
    async (running, count) => {
      await expect(401, originOf(running), signInExchange(0, "another's password"));
      return times(count, (index) => repeat(signInExchange(index), 200, '"token"'));
    },
  );

/** Asks the database each time, so a session that was signed out is refused at once. */
const sessionCheck = (name: string, storage: string) =>
  operation(
    { name, kind: "check, stateful", request: `GET ${SESSION_PATH}`, storage },
    async (running, count) => {
      await proveSignedOutIsRefused(running);
      return checking(running, count, "main");
    },
  );

/** The session itself in a signed cookie, believed for five minutes: longer than a round. */
const cachedSessionCheck = operation(
  {
    name: "session check, cookie cache",
    kind: "check, stateless",
    request: `GET ${SESSION_PATH}`,
    storage: "none",
    target: CACHED,
  },
  async (running, count) =>
    (await checking(running, count, CACHED)).map(({ next, judge }) => ({
      next,
      // The cookie is set anew only by a request that had to ask the database.
      judge: (reply) =>
        http.headersOf(reply, "set-cookie").length === 0 ? judge(reply) : "unexpected",
    })),
);

/** One after the other signs in, so that the first makes whatever an isolate makes once. */
async function checking(running: Running, count: number, target: string) {
  const origin = originOf(running, target);
  const cookies = await inTurn(count, (index) => cookieOf(origin, index));
  return cookies.map((cookie, index) =>
    repeat(get(SESSION_PATH, { cookie }), 200, `"email":"${emailOf(index)}"`),
  );
}

/** What a browser would send back with its next request. */
async function cookieOf(origin: string, index: number): Promise<string> {
  const reply = await expect(200, origin, signInExchange(index));
  const pairs = http.headersOf(reply, "set-cookie").map((cookie) => cookie.split(";", 1)[0]);
  return pairs.join("; ");
}

async function proveSignedOutIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const cookie = await cookieOf(origin, 0);
  const session = get(SESSION_PATH, { cookie });
  await expect(200, origin, session, '"email"');
  await expect(200, origin, post("/api/auth/sign-out", {}, { cookie, origin: ISSUER }));
  const { body } = await expect(200, origin, session);
  if (body !== "null") throw new Error("signed out, yet let in");
}

const tokenCheck = operation(
  {
    name: "check of a JWT by jose",
    kind: "check, stateless",
    request: "GET / of an API that remembers the key set",
    storage: "none",
    isExtra: true,
  },
  async (running, count) => {
    const origin = originOf(running);
    return inTurn(count, async (index) => {
      const cookie = await cookieOf(origin, index);
      const { body } = await expect(200, origin, get("/api/auth/token", { cookie }));
      return repeat(get("/", http.bearer(JSON.parse(body).token)), 200, '"ok":true');
    });
  },
);

const keySet = operation(
  { name: "key set", kind: "key set", request: "GET /api/auth/jwks", storage: "D1", isExtra: true },
  async (_, count) => times(count, () => repeat(get("/api/auth/jwks"), 200, '"kid"')),
);

/** With its own hash: scrypt, N=2^14, r=16, p=1, and a key of 64 bytes. */
const SHIPPED = "shipped";
/** With ours: scrypt, N=2^15, r=8, p=3, by the same node:crypto. */
const EQUAL = "equal";

const onWorkers =
  (hash: string): Server["launch"] =>
  async (_, bundles) => {
    const worker = (name: string, COOKIE_CACHE: "on" | "off") => ({
      name,
      script: bundles.get("better-auth") ?? "",
      bindings: { BASE_URL: ISSUER, SECRET, HASH: hash, COOKIE_CACHE },
      d1Databases: { DB: "better-auth" },
    });
    const seed = { DB: [...SCHEMA, ...accounts(await passwordHash(hash))] };
    return { workers: [worker("better-auth", "off"), worker(CACHED, "on")], seed };
  };

/** Hashing as shipped, and everything that does not depend on it. */
export const betterAuth: Server = {
  name: "better-auth",
  runtime: "workerd",
  launch: onWorkers(SHIPPED),
  operations: [
    signUp("D1"),
    signIn("D1"),
    sessionCheck("session check, D1", "D1"),
    cachedSessionCheck,
    tokenCheck,
    keySet,
  ],
};

export const betterAuthEqualHash: Server = {
  name: "better-auth, equal hash",
  runtime: "workerd",
  launch: onWorkers(EQUAL),
  operations: [signUp("D1"), signIn("D1")],
};

export const betterAuthNode: Server = {
  name: "better-auth on Node",
  runtime: "Node",
  launch: (directory) => ({ script: import.meta.filename, args: [directory, SHIPPED] }),
  operations: [
    signUp("SQLite"),
    signIn("SQLite"),
    sessionCheck("session check", "SQLite"),
    { ...cachedSessionCheck, isExtra: true },
  ],
};

export const betterAuthNodeEqualHash: Server = {
  name: "better-auth on Node, equal hash",
  runtime: "Node",
  launch: (directory) => ({ script: import.meta.filename, args: [directory, EQUAL] }),
  operations: [signUp("SQLite"), signIn("SQLite")],
};

/** What its `getMigrations()` makes of the Worker's options, statement by statement. */
const SCHEMA = [
  'create table "user" ("id" text not null primary key, "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null)',
  'create table "session" ("id" text not null primary key, "expiresAt" date not null, "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text, "userId" text not null references "user" ("id") on delete cascade)',
  'create table "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null, "updatedAt" date not null)',
  'create table "verification" ("id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null, "updatedAt" date not null)',
  'create table "jwks" ("id" text not null primary key, "publicKey" text not null, "privateKey" text not null, "createdAt" date not null, "expiresAt" date, "alg" text, "crv" text)',
  'create index "session_userId_idx" on "session" ("userId")',
  'create index "account_userId_idx" on "account" ("userId")',
  'create index "verification_identifier_idx" on "verification" ("identifier")',
];

/** As many as auth-service has; rows as its sign-up writes them. */
const accounts = (passwordHash: string): string[] => [
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < 999)
   insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
   select lower(hex(randomblob(16))), 'A person', 'user-' || i || '@example.com', 0,
     '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' from n`,
  `insert into "account" ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
   select lower(hex(randomblob(16))), "id", 'credential', "id", '${passwordHash}', "createdAt",
     "updatedAt" from "user"`,
];

/** PASSWORD's. As better-auth itself makes it, the salt goes in as its hexadecimal text. */
async function passwordHash(hash: string): Promise<string> {
  if (hash === EQUAL) return hashEqually(PASSWORD);
  const salt = randomBytes(16).toString("hex");
  const cost = { N: 2 ** 14, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
  return `${salt}:${scryptSync(PASSWORD, salt, 64, cost).toString("hex")}`;
}

if (import.meta.main) {
  const [directory = "", hash = SHIPPED] = process.argv.slice(2);
  const database = new DatabaseSync(join(directory, "better-auth.sqlite"));
  database.exec("pragma journal_mode = wal; pragma synchronous = normal");
  for (const statement of [...SCHEMA, ...accounts(await passwordHash(hash))]) {
    database.exec(statement);
  }
  const password = {
    hash: hashPassword,
    verify: (given: { hash: string; password: string }) =>
      verifyPassword(given.hash, given.password),
  };
  const served = async (isCached: boolean): Promise<string> => {
    const auth = onNode({
      baseURL: ISSUER,
      secret: SECRET,
      database,
      emailAndPassword: {
        enabled: true,
        autoSignIn: false,
        ...(hash === EQUAL ? { password } : {}),
      },
      session: { cookieCache: { enabled: isCached } },
      rateLimit: { enabled: false },
      logger: { disabled: true },
      telemetry: { enabled: false },
    });
    const server = createServer(toNodeHandler(auth)).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const origins = { main: await served(false), [CACHED]: await served(true) };
  console.log(JSON.stringify({ origins }));
  process.on("SIGTERM", () => process.exit(0));
}
