import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Actor } from "../measure/load.ts";
import {
  anew,
  basic,
  bearer,
  expect,
  form,
  get,
  inTurn,
  post,
  repeat,
  stranger,
  times,
} from "./http.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import {
  type Bundles,
  type Operation,
  operation,
  originOf,
  type Running,
  type Server,
  type WorkerSpecification,
  type Workers,
} from "./server.ts";

export const ISSUER = "http://localhost:8787";
export const PASSWORD = "correct horse battery staple";

/** PASSWORD's hash at the service's cost (N=2^15, r=8, p=3). */
const PASSWORD_HASH =
  "$scrypt-sha256$ln=15,r=8,p=3$BwcHBwcHBwcHBwcHBwcHBw$XOko/Q0qcGi3TDrl5TtdZmskzSUhjKUdO1xbryNGZLU";

/** Accounts in D1 before anything is measured; growth varies it. */
const USERS = 1_000;
/** More than any round sends: the limit by address is off, here and for every peer. */
const UNLIMITED = 1_000_000_000;
const MIGRATIONS = join(import.meta.dirname, "../../migrations");

const migrations = (directory = MIGRATIONS): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .flatMap((name) =>
      readFileSync(join(directory, name), "utf8").split("--> statement-breakpoint"),
    );

export const emailOf = (index: number): string => `user-${index}@example.com`;

/**
 * Accounts `user-0@` and on, whose password is PASSWORD, with random ids as the service makes
 * them. The first is an administrator.
 */
export const accounts = (count: number): string[] => [
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
   insert into users (id, email, password_hash, created_at, updated_at)
   select 'usr_' || substr(hex(randomblob(11)), 1, 21) || 'A', 'user-' || i || '@example.com',
     '${PASSWORD_HASH}', 1700000000000 + i, 1700000000000 + i from n`,
  "insert into user_roles (user_id, role) select id, 'user' from users",
  `insert into user_roles (user_id, role) select id, 'admin' from users where email = '${emailOf(0)}'`,
];

type Engine = "noble" | "native";

/** The default configuration, in development; only the engine of the hash varies. */
const service = (
  name: string,
  script: string,
  engine: Engine,
  vars: Readonly<Record<string, string>>,
): WorkerSpecification => ({
  name,
  script,
  bindings: {
    ISSUER,
    AUDIENCE: ISSUER,
    PUBLIC_APP_URL: "http://localhost:3000",
    MAIL_FROM: "no-reply@example.com",
    REGISTRATION: "open",
    REQUIRE_VERIFIED_EMAIL: "false",
    AUTH_SECRETS: "v1:uFq3X0mR7dYw1oZc5tJ8nB2kVhL6sQ9aEgPiTxWvDyM",
    PASSWORD_SCRYPT: engine,
    // As in all that is measured: logs are off.
    REQUEST_LOG: "failures",
    ...vars,
  },
  d1Databases: { DB: "auth-service", AUDIT_DB: "auth-service-audit" },
  queueProducers: { EVENTS: "events" },
  queueConsumers: { events: { maxBatchSize: 100, maxBatchTimeout: 1 } },
  email: { send_email: [{ name: "MAIL" }] },
  kvNamespaces: { JWKS_CACHE: "jwks" },
  durableObjects: {
    USERS: { className: "UserObject", useSQLite: true },
    SERVICE_ACCOUNTS: { className: "ServiceAccountObject", useSQLite: true },
    LOGIN_THROTTLES: { className: "LoginThrottleObject", useSQLite: true },
  },
  ratelimits: Object.fromEntries(
    ["ADDRESS_LIMIT", "SHARED_LIMIT", "CLIENT_LIMIT"].map((limit, index) => [
      limit,
      { namespace_id: String(index + 1), simple: { limit: UNLIMITED } },
    ]),
  ),
});

/** The service, and the Workers that ask it. */
export function launch(
  bundles: Bundles,
  engine: Engine,
  users: readonly string[] = accounts(USERS),
  auth = "auth-service",
  vars: Readonly<Record<string, string>> = {},
): Workers {
  const script = (name: string): string => bundles.get(name) ?? "";
  return {
    workers: [
      service(auth, script(auth), engine, vars),
      {
        name: "caller",
        script: script("caller"),
        serviceBindings: { AUTH: { name: auth, entrypoint: "AuthRpc" } },
      },
      {
        name: "resource",
        script: script("resource"),
        bindings: { ISSUER, AUDIENCE: ISSUER },
        serviceBindings: { ISSUER_HTTP: auth },
      },
    ],
    seed: {
      DB: [...migrations(), ...users],
      AUDIT_DB: migrations(join(MIGRATIONS, "audit")),
    },
  };
}

const USER_OBJECT = "the user's object";
const REFRESH_PATH = "/v1/auth/refresh";

export const signInExchange = (index: number) =>
  post("/v1/auth/login", { email: emailOf(index), password: PASSWORD });

export const refreshExchange = (token: string) => post(REFRESH_PATH, { refresh_token: token });

/** Signs in over HTTP. */
export async function signedIn(running: Running, index: number): Promise<Tokens> {
  return JSON.parse((await expect(200, originOf(running), signInExchange(index))).body);
}

const remembered = new WeakMap<Running, readonly Tokens[]>();

/**
 * A session each for so many people, for operations that only look at them: made once a visit,
 * since every sign-in costs a hash. An access token outlives the visit.
 */
async function sessionsOf(running: Running, count: number): Promise<readonly Tokens[]> {
  const known = remembered.get(running) ?? [];
  if (known.length >= count) return known.slice(0, count);
  const made = await Promise.all(times(count, (index) => signedIn(running, index)));
  remembered.set(running, made);
  return made;
}

const signUp = (name: string): Operation => ({
  name,
  kind: "sign-up",
  request: "POST /v1/auth/register",
  storage: "D1",
  actors: async (_, count) =>
    times(count, () => {
      const person = () => ({ email: stranger(), password: PASSWORD });
      return anew(() => post("/v1/auth/register", person()), 201);
    }),
});

/** Every connection is a person of their own. */
export const signIn = (name: string): Operation => ({
  name,
  kind: "sign-in",
  request: "POST /v1/auth/login",
  storage: "D1, the user's object, the login name's object",
  actors: async (_, count) =>
    times(count, (index) => repeat(signInExchange(index), 200, '"refresh_token"')),
});

export const rotating = ({ refresh_token }: Tokens): Actor =>
  rotation(refreshExchange, [refresh_token]);

/** @param sessions makes what the clients refresh, after it was proved that reuse is refused */
const refreshing = (
  name: string,
  sessions: (running: Running, count: number) => Promise<Tokens[]>,
): Operation => ({
  name,
  kind: "refresh",
  request: `POST ${REFRESH_PATH}`,
  storage: USER_OBJECT,
  actors: async (running, count) => {
    await provenOnce(running);
    return (await sessions(running, count)).map(rotating);
  },
});

/** Every connection is a person of their own. */
export const refresh = refreshing("refresh", (running, count) =>
  Promise.all(times(count, (index) => signedIn(running, index))),
);

/**
 * Every connection is another session of the same person. They sign in one after the other: eleven
 * tries at once are more than the login throttle lets begin.
 */
const refreshOfOneUser = refreshing("refresh, one hot user", (running, count) =>
  inTurn(count, () => signedIn(running, 0)),
);

/** A client whose replies are lost: the same token again, the same successor again. */
const replayedRefresh: Operation = {
  ...refresh,
  name: "replayed refresh",
  actors: async (running, count) => {
    await provenOnce(running);
    const first = await Promise.all(times(count, (index) => signedIn(running, index)));
    return Promise.all(
      first.map(async ({ refresh_token }) => {
        const exchange = refreshExchange(refresh_token);
        const { body } = await expect(200, originOf(running), exchange);
        const successor: Tokens = JSON.parse(body);
        return repeat(exchange, 200, successor.refresh_token);
      }),
    );
  },
};

const proofs = new WeakMap<Running, Promise<void>>();

/** Before whichever refresh comes first; where it fails none of them counts. */
function provenOnce(running: Running): Promise<void> {
  const proof = proofs.get(running) ?? proveReuseIsRefused(running);
  proofs.set(running, proof);
  return proof;
}

/** A server that rotates and lets an old token pass would be fast at nothing. */
async function proveReuseIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const { refresh_token: oldest } = await signedIn(running, 1);
  const newest = await rotatedTwice(origin, refreshExchange, oldest);
  await expect(401, origin, refreshExchange(oldest));
  await expect(401, origin, refreshExchange(newest));
}

const checking =
  (path: string, holds: string): Operation["actors"] =>
  async (running, count) =>
    (await sessionsOf(running, count)).map(({ access_token }) =>
      repeat(get(path, bearer(access_token)), 200, holds),
    );

/** Another team's Worker: Hono, the client library, and the JWKS it remembers. */
export const checkOffline = operation(
  {
    name: "check, offline",
    kind: "check, stateless",
    request: "GET / of an API behind requireAuth()",
    storage: "none",
    target: "resource",
  },
  checking("/", '"ok":true'),
);

/** The service's own endpoints ask the account each time. */
export const checkNow = operation(
  {
    name: "check, now",
    kind: "check, stateful",
    request: "GET /v1/users/me",
    storage: `${USER_OBJECT}, D1`,
  },
  checking("/v1/users/me", '"email"'),
);

const verifyByRpc = (staleness: "offline" | "10" | "0"): Operation => ({
  name: `verify by RPC, ${staleness === "offline" ? staleness : `${staleness} s`}`,
  kind: staleness === "offline" ? "check, stateless" : "check, stateful",
  request: "GET of a Worker that calls AUTH.verify()",
  storage: staleness === "offline" ? "none" : USER_OBJECT,
  target: "caller",
  actors: checking(`/${staleness}`, "ok"),
});

/** @returns the header that authenticates a new service account */
export async function serviceAccount(running: Running) {
  const { access_token } = await signedIn(running, 0); // an administrator
  const exchange = post("/v1/service-accounts", { name: "bench" }, bearer(access_token));
  const { body } = await expect(201, originOf(running), exchange);
  const { service_account, client_secret } = JSON.parse(body);
  return basic(service_account.id, client_secret);
}

const introspection = operation(
  {
    name: "introspection",
    kind: "introspection",
    request: "POST /oauth2/introspect",
    storage: `${USER_OBJECT}, the client's object`,
  },
  async (running, count) => {
    const client = await serviceAccount(running);
    return (await sessionsOf(running, count)).map(({ access_token: token }) =>
      repeat(form("/oauth2/introspect", { token }, client), 200, '"active":true'),
    );
  },
);

/** Every connection is a program of its own. */
const clientCredentials = operation(
  {
    name: "client_credentials",
    kind: "introspection",
    request: "POST /oauth2/token",
    storage: "the client's object",
  },
  async (running, count) => {
    const clients = await inTurn(count, () => serviceAccount(running));
    const grant = { grant_type: "client_credentials" };
    await expect(401, originOf(running), form("/oauth2/token", grant, basic("svc_x", "secret")));
    return clients.map((client) => repeat(form("/oauth2/token", grant, client), 200, '"ey'));
  },
);

const keySet = operation(
  {
    name: "key set",
    kind: "key set",
    request: "GET /.well-known/jwks.json",
    storage: "KV, kept 10 s in the isolate",
  },
  async (running, count) => {
    await signedIn(running, 0); // makes the first key
    return times(count, () => repeat(get("/.well-known/jwks.json"), 200, '"kid"'));
  },
);

/** A good token whose signature is another's. */
const forgedAccessToken = operation(
  {
    name: "forged access token refused",
    kind: "refusal",
    request: "GET /v1/users/me",
    storage: "none",
  },
  async (running, count) => {
    const [one, other] = await inTurn(2, (index) => signedIn(running, index));
    const [claims, signature] = [one, other].map((tokens) => tokens?.access_token.split(".") ?? []);
    const forged = [...(claims?.slice(0, 2) ?? []), signature?.[2]].join(".");
    const exchange = get("/v1/users/me", bearer(forged));
    return times(count, () => repeat(exchange, 401, '"invalid_token"'));
  },
);

/** A good token with one bit of its secret changed. */
const forgedRefreshToken = operation(
  {
    name: "forged refresh token refused",
    kind: "refusal",
    request: `POST ${REFRESH_PATH}`,
    storage: "none",
  },
  async (running, count) => {
    const { refresh_token: good } = await signedIn(running, 0);
    const at = 80;
    const forged = `${good.slice(0, at)}${good[at] === "A" ? "B" : "A"}${good.slice(at + 1)}`;
    const exchange = refreshExchange(forged);
    return times(count, () => repeat(exchange, 401, '"invalid_refresh_token"'));
  },
);

/** With the faster engine, and everything that does not depend on the engine. */
export const authService: Server = {
  name: "auth-service",
  runtime: "workerd",
  launch: (_, bundles) => launch(bundles, "native"),
  operations: [
    { ...signUp("sign-up, node:crypto"), isExtra: true },
    signIn("sign-in, node:crypto"),
    refresh,
    refreshOfOneUser,
    replayedRefresh,
    checkOffline,
    checkNow,
    verifyByRpc("offline"),
    verifyByRpc("10"),
    verifyByRpc("0"),
    introspection,
    clientCredentials,
    keySet,
    forgedAccessToken,
    forgedRefreshToken,
  ],
};

/** With the engine that it ships with. */
export const authServiceNoble: Server = {
  name: "auth-service, noble",
  runtime: "workerd",
  launch: (_, bundles) => launch(bundles, "noble"),
  operations: [signUp("sign-up, noble"), signIn("sign-in, noble")],
};

/** With users' objects for whom 600 s pass from one refresh to the next. */
export const authServiceLater: Server = {
  name: "auth-service, 600 s apart",
  runtime: "workerd",
  launch: (_, bundles) => launch(bundles, "native", accounts(USERS), "auth-service-later"),
  operations: [{ ...refresh, name: "refresh, 600 s apart" }],
};
