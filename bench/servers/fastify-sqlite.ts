/**
 * `node servers/fastify-sqlite.ts <directory>`: the service that a competent team writes in an
 * afternoon with Fastify, @fastify/jwt and node:sqlite, as their documentation says; above it, what
 * it is asked.
 */
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import fastifyJwt, { type FastifyJWTOptions } from "@fastify/jwt";
import Fastify, { type FastifyInstance } from "fastify";
import { hashPassword, verifyPassword } from "../workers/equal-hash.ts";
import { PASSWORD } from "./auth-service.ts";
import { anew, bearer, expect, get, post, repeat, stranger, times } from "./http.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import { type Operation, operation, originOf, type Running, type Server } from "./server.ts";

const credentials = (email: string) => ({ email, password: PASSWORD });
const refreshExchange = (token: string) => post("/refresh", { refresh_token: token });

const signUp = operation(
  { name: "sign-up", kind: "sign-up", request: "POST /register", storage: "SQLite", isExtra: true },
  async (_, count) =>
    times(count, () => anew(() => post("/register", credentials(stranger())), 201)),
);

/** Every connection is a person of their own. */
const signIn = operation(
  { name: "sign-in", kind: "sign-in", request: "POST /login", storage: "SQLite" },
  async (running, count) => {
    const origin = originOf(running);
    const people = times(count, () => credentials(stranger()));
    await Promise.all(people.map((person) => expect(201, origin, post("/register", person))));
    await expect(401, origin, post("/login", { ...people[0], password: "another's password" }));
    return people.map((person) => repeat(post("/login", person), 200, '"refresh_token"'));
  },
);

/** Every connection is a person of their own. */
const refresh = operation(
  { name: "refresh", kind: "refresh", request: "POST /refresh", storage: "SQLite" },
  async (running, count) => {
    await proveReuseIsRefused(running);
    const sessions = await Promise.all(times(count, () => signedIn(running)));
    return sessions.map(({ refresh_token }) => rotation(refreshExchange, [refresh_token]));
  },
);

/** The token alone. */
const checkStateless = operation(
  { name: "check, stateless", kind: "check, stateless", request: "GET /me", storage: "none" },
  (running, count) => checking(running, count, "/me", '"session_id"'),
);

/** As many tokens as connections: every one is in the cache, the best that it can do. */
const checkCached: Operation = {
  ...checkStateless,
  name: "check, stateless, verified tokens cached",
  isExtra: true,
  request: "GET /cached/me",
  actors: (running, count) => checking(running, count, "/cached/me", '"session_id"'),
};

/** The token, and whether its session still stands. */
const checkStateful = operation(
  {
    name: "check, stateful",
    kind: "check, stateful",
    request: "GET /me/session",
    storage: "SQLite",
    isExtra: true,
  },
  async (running, count) => {
    await proveReuseIsRefused(running);
    return checking(running, count, "/me/session", '"email"');
  },
);

const keySet = operation(
  { name: "key set", kind: "key set", request: "GET /jwks", storage: "none", isExtra: true },
  async (_, count) => times(count, () => repeat(get("/jwks"), 200, '"kid"')),
);

export const fastifySqlite: Server = {
  name: "Fastify, JWT, SQLite",
  runtime: "Node",
  launch: (directory) => ({ script: import.meta.filename, args: [directory] }),
  operations: [signUp, signIn, refresh, checkStateless, checkCached, checkStateful, keySet],
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

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma foreign_keys = on;
  create table users (
    id text primary key, email text not null unique, password_hash text not null,
    created_at integer not null
  ) strict, without rowid;
  create table sessions (
    id text primary key, user_id text not null references users, created_at integer not null,
    ended_at integer
  ) strict, without rowid;
  create table refresh_tokens (
    hash blob primary key, session_id text not null references sessions,
    expires_at integer not null, spent_at integer
  ) strict, without rowid;`;

const REFRESH_TTL = 30 * 24 * 3_600_000; // milliseconds

type Account = { readonly id: string; readonly password_hash: string };
type Grant = { readonly userId: string; readonly sessionId: string; readonly refreshToken: string };
type SessionRow = { readonly id: string; readonly email: string };
type TokenRow = {
  readonly spent_at: number | null;
  readonly expires_at: number;
  readonly ended_at: number | null;
  readonly session_id: string;
  readonly user_id: string;
};

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Accounts, sessions, and the refresh tokens' hashes. */
function openStore(file: string) {
  const db = new DatabaseSync(file);
  db.exec(SCHEMA);
  const insertUser = db.prepare("insert into users values (?, ?, ?, ?) on conflict do nothing");
  const selectUser = db.prepare("select id, password_hash from users where email = ?");
  const insertSession = db.prepare("insert into sessions values (?, ?, ?, null)");
  const insertToken = db.prepare("insert into refresh_tokens values (?, ?, ?, null)");
  const selectToken = db.prepare(
    `select t.spent_at, t.expires_at, s.ended_at, s.id as session_id, s.user_id
     from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = ?`,
  );
  const spendToken = db.prepare("update refresh_tokens set spent_at = ? where hash = ?");
  const endSession = db.prepare("update sessions set ended_at = ? where id = ?");
  const selectSession = db.prepare(
    `select u.id, u.email from sessions s join users u on u.id = s.user_id
     where s.id = ? and s.ended_at is null`,
  );

  function issue(userId: string, sessionId: string): Grant {
    const refreshToken = randomBytes(32).toString("base64url");
    insertToken.run(sha256(refreshToken), sessionId, Date.now() + REFRESH_TTL);
    return { userId, sessionId, refreshToken };
  }

  /** Nothing here waits, so nothing comes between. */
  function transaction<T>(work: () => T): T {
    db.exec("begin immediate");
    try {
      const result = work();
      db.exec("commit");
      return result;
    } catch (error) {
      db.exec("rollback");
      throw error;
    }
  }

  return {
    /** @returns the account's id, or null when the address is taken */
    addUser(email: string, hash: string): string | null {
      const id = randomUUID();
      return insertUser.run(id, email, hash, Date.now()).changes === 1 ? id : null;
    },
    findUser: (email: string) => selectUser.get(email) as Account | undefined,
    openSession: (userId: string): Grant =>
      transaction(() => {
        const id = randomUUID();
        insertSession.run(id, userId, Date.now());
        return issue(userId, id);
      }),
    /** A token that was spent before ends its session: one of its two holders is a thief. */
    rotate: (refreshToken: string): Grant | null =>
      transaction(() => {
        const now = Date.now();
        const hash = sha256(refreshToken);
        const token = selectToken.get(hash) as TokenRow | undefined;
        if (token === undefined || token.ended_at !== null || token.expires_at <= now) return null;
        if (token.spent_at !== null) {
          endSession.run(now, token.session_id);
          return null;
        }
        spendToken.run(now, hash);
        return issue(token.user_id, token.session_id);
      }),
    /** @returns undefined for a session that has ended */
    findSession: (id: string) => selectSession.get(id) as SessionRow | undefined,
  };
}

type Claims = { readonly sub: string; readonly sid: string; readonly roles: readonly string[] };

declare module "@fastify/jwt" {
  interface FastifyJWT {
    payload: Claims;
    user: Claims;
  }
}

const ACCESS_TTL = 600; // seconds

const text = { type: "string" } as const;
const object = (properties: Record<string, object>) => ({
  type: "object",
  required: Object.keys(properties),
  properties,
  additionalProperties: false,
});
const PERSON = object({
  email: { ...text, format: "email", maxLength: 254 },
  password: { ...text, minLength: 15, maxLength: 256 },
});
const TOKENS = object({
  access_token: text,
  token_type: text,
  expires_in: { type: "integer" },
  refresh_token: text,
});
const PROBLEM = object({ error: text });

async function serve(directory: string): Promise<void> {
  const store = openStore(join(directory, "service.sqlite"));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" };
  const [iss, aud] = ["https://auth.example.com", "https://api.example.com"];
  const jwt: FastifyJWTOptions = {
    secret: {
      private: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      public: publicKey.export({ format: "pem", type: "spki" }).toString(),
    },
    sign: { algorithm: "ES256", kid: "1", iss, aud, expiresIn: `${ACCESS_TTL}s` },
    verify: { algorithms: ["ES256"], allowedIss: iss, allowedAud: aud },
  };
  const app = Fastify({ logger: false });
  await app.register(async (service) => {
    await service.register(fastifyJwt, jwt);
    await accounts(service, store);
    identify(service);
    service.get("/jwks", async () => ({ keys: [jwk] }));
  });
  // The plugin's cache of tokens that it verified, off as shipped: beside the rest, with it on.
  const cached = async (service: FastifyInstance): Promise<void> => {
    await service.register(fastifyJwt, { ...jwt, verify: { ...jwt.verify, cache: true } });
    identify(service);
  };
  await app.register(cached, { prefix: "/cached" });
  const main = await app.listen({ port: 0, host: "127.0.0.1" });
  console.log(JSON.stringify({ origins: { main } }));
}

async function accounts(app: FastifyInstance, store: ReturnType<typeof openStore>): Promise<void> {
  type Credentials = { Body: { readonly email: string; readonly password: string } };
  /** A stranger's password costs as much to refuse as a wrong one. */
  const nobody = await hashPassword("nobody has this password");
  const answer = ({ userId, sessionId, refreshToken }: Grant) => ({
    access_token: app.jwt.sign({ sub: userId, sid: sessionId, roles: ["user"] }),
    token_type: "Bearer",
    expires_in: ACCESS_TTL,
    refresh_token: refreshToken,
  });

  app.post<Credentials>(
    "/register",
    { schema: { body: PERSON, response: { 201: object({ id: text }), 409: PROBLEM } } },
    async ({ body: { email, password } }, reply) => {
      const id = store.addUser(email.toLowerCase(), await hashPassword(password));
      if (id === null) return reply.code(409).send({ error: "email_taken" });
      return reply.code(201).send({ id });
    },
  );

  app.post<Credentials>(
    "/login",
    { schema: { body: PERSON, response: { 200: TOKENS, 401: PROBLEM } } },
    async ({ body: { email, password } }, reply) => {
      const account = store.findUser(email.toLowerCase());
      const isGood = await verifyPassword(account?.password_hash ?? nobody, password);
      if (account === undefined || !isGood) {
        return reply.code(401).send({ error: "invalid_credentials" });
      }
      return answer(store.openSession(account.id));
    },
  );

  app.post<{ Body: { refresh_token: string } }>(
    "/refresh",
    { schema: { body: object({ refresh_token: text }), response: { 200: TOKENS, 401: PROBLEM } } },
    async ({ body }, reply) => {
      const grant = store.rotate(body.refresh_token);
      return grant === null ? reply.code(401).send({ error: "invalid_token" }) : answer(grant);
    },
  );

  const profile = { response: { 200: object({ id: text, email: text }), 401: PROBLEM } };
  app.get("/me/session", { schema: profile }, async (request, reply) => {
    const { sid } = await request.jwtVerify<Claims>();
    return store.findSession(sid) ?? reply.code(401).send({ error: "session_ended" });
  });
}

/** What the token alone says. */
function identify(app: FastifyInstance): void {
  const schema = { response: { 200: object({ id: text, session_id: text }) } };
  app.get("/me", { schema }, async (request) => {
    const { sub, sid } = await request.jwtVerify<Claims>();
    return { id: sub, session_id: sid };
  });
}

if (import.meta.main) {
  await serve(process.argv[2] ?? "");
  process.on("SIGTERM", () => process.exit(0));
}
