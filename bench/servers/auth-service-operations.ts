import { randomBytes } from "node:crypto";
import type { Actor } from "../measure/load.ts";
import { bearer, expect, get, post, repeat, times } from "./http.ts";
import { emailOf, PASSWORD } from "./product.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import type { Operation, Running } from "./server.ts";

const USER_OBJECT = "the user's object";
const LOGIN_PATH = "/v1/auth/login";
const REFRESH_PATH = "/v1/auth/refresh";

export const originOf = (running: Running, worker = "auth-service"): string =>
  running.origins[worker] ?? "";

/** Signs a person in. */
export const signInExchange = (index: number) =>
  post(LOGIN_PATH, { email: emailOf(index), password: PASSWORD });

const refreshExchange = (token: string) => post(REFRESH_PATH, { refresh_token: token });

/** Signs in over HTTP. */
export async function signedIn(running: Running, index: number): Promise<Tokens> {
  const reply = await expect(200, originOf(running), signInExchange(index));
  return JSON.parse(reply.body);
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

export const signUp = (name: string): Operation => ({
  name,
  kind: "sign-up",
  request: "POST /v1/auth/register",
  requests: 1,
  storage: "D1",
  target: "auth-service",
  actors: async (_, count) =>
    times(count, () => ({
      next: () => {
        const email = `${randomBytes(12).toString("hex")}@example.com`;
        return post("/v1/auth/register", { email, password: PASSWORD });
      },
      judge: ({ status }) => (status === 201 ? "done" : "unexpected"),
    })),
});

/** Every connection is a person of their own. */
export const signIn = (name: string): Operation => ({
  name,
  kind: "sign-in",
  request: `POST ${LOGIN_PATH}`,
  requests: 1,
  storage: "D1, the user's object, the login name's object",
  target: "auth-service",
  actors: async (_, count) =>
    times(count, (index) => repeat(signInExchange(index), 200, '"refresh_token"')),
});

const refreshing = {
  kind: "refresh",
  request: `POST ${REFRESH_PATH}`,
  requests: 1,
  storage: USER_OBJECT,
  target: "auth-service",
} as const;

/** Every connection is a person of their own. */
export const refresh: Operation = {
  ...refreshing,
  name: "refresh",
  actors: async (running, count) => {
    await provenOnce(running);
    const sessions = await Promise.all(times(count, (index) => signedIn(running, index)));
    return sessions.map(rotating);
  },
};

/** Every connection is another session of the same person. */
export const refreshOfOneUser: Operation = {
  ...refreshing,
  name: "refresh, one hot user",
  actors: async (running, count) => {
    await provenOnce(running);
    // One after the other: eleven tries at once are more than the login throttle lets begin.
    const sessions: Tokens[] = [];
    for (let i = 0; i < count; i++) sessions.push(await signedIn(running, 0));
    return sessions.map(rotating);
  },
};

/** A client whose replies are lost: the same token again, the same successor again. */
export const replayedRefresh: Operation = {
  ...refreshing,
  name: "replayed refresh",
  actors: async (running, count) => {
    await provenOnce(running);
    const origin = originOf(running);
    const first = await Promise.all(times(count, (index) => signedIn(running, index)));
    return Promise.all(
      first.map(async ({ refresh_token }) => {
        const { body } = await expect(200, origin, refreshExchange(refresh_token));
        const successor: Tokens = JSON.parse(body);
        return repeat(refreshExchange(refresh_token), 200, successor.refresh_token);
      }),
    );
  },
};

export const rotating = ({ refresh_token }: Tokens): Actor =>
  rotation(refreshExchange, [refresh_token]);

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

/** Another team's Worker: Hono, the client library, and the JWKS it remembers. */
export const checkOffline: Operation = {
  name: "check, offline",
  kind: "check, stateless",
  request: "GET / of an API behind requireAuth()",
  requests: 1,
  storage: "none",
  target: "resource",
  actors: (running, count) => checking(running, count, "/", '"ok":true'),
};

/** The service's own endpoints ask the account each time. */
export const checkNow: Operation = {
  name: "check, now",
  kind: "check, stateful",
  request: "GET /v1/users/me",
  requests: 1,
  storage: `${USER_OBJECT}, D1`,
  target: "auth-service",
  actors: (running, count) => checking(running, count, "/v1/users/me", '"email"'),
};

export const verifyByRpc = (maxStaleness: "offline" | "10" | "0"): Operation => ({
  name: `verify by RPC, ${maxStaleness === "offline" ? maxStaleness : `${maxStaleness} s`}`,
  kind: maxStaleness === "offline" ? "check, stateless" : "check, stateful",
  request: "GET of a Worker that calls AUTH.verify()",
  requests: 1,
  storage: maxStaleness === "offline" ? "none" : USER_OBJECT,
  target: "caller",
  actors: (running, count) => checking(running, count, `/${maxStaleness}`, "ok"),
});

async function checking(
  running: Running,
  count: number,
  path: string,
  holds: string,
): Promise<Actor[]> {
  const sessions = await sessionsOf(running, count);
  return sessions.map(({ access_token }) => repeat(get(path, bearer(access_token)), 200, holds));
}

export const introspection: Operation = {
  name: "introspection",
  kind: "introspection",
  request: "POST /oauth2/introspect",
  requests: 1,
  storage: `${USER_OBJECT}, D1 (the client)`,
  target: "auth-service",
  actors: async (running, count) => {
    const client = await serviceAccount(running);
    const sessions = await sessionsOf(running, count);
    return sessions.map(({ access_token: token }) => {
      const form = { ...post("/oauth2/introspect", {}), body: `${new URLSearchParams({ token })}` };
      const headers = { "content-type": "application/x-www-form-urlencoded", ...client };
      return repeat({ ...form, headers }, 200, '"active":true');
    });
  },
};

/** @returns the header that authenticates it (RFC 6749, section 2.3.1) */
async function serviceAccount(running: Running): Promise<{ authorization: string }> {
  const { access_token } = await signedIn(running, 0); // an administrator
  const exchange = post("/v1/service-accounts", { name: "bench" }, bearer(access_token));
  const made = JSON.parse((await expect(201, originOf(running), exchange)).body);
  const pair = `${made.service_account.id}:${made.client_secret}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

export const keySet: Operation = {
  name: "key set",
  kind: "key set",
  request: "GET /.well-known/jwks.json",
  requests: 1,
  storage: "KV, kept 10 s in the isolate",
  target: "auth-service",
  actors: async (running, count) => {
    await signedIn(running, 0); // makes the first key
    return times(count, () => repeat(get("/.well-known/jwks.json"), 200, '"kid"'));
  },
};

/** A good token whose signature is another's. */
export const forgedAccessToken: Operation = {
  name: "forged access token refused",
  kind: "refusal",
  request: "GET /v1/users/me",
  requests: 1,
  storage: "none",
  target: "auth-service",
  actors: async (running, count) => {
    const [{ access_token: one }, { access_token: other }] = [
      await signedIn(running, 0),
      await signedIn(running, 1),
    ];
    const forged = one.slice(0, one.lastIndexOf(".")) + other.slice(other.lastIndexOf("."));
    const exchange = get("/v1/users/me", bearer(forged));
    return times(count, () => repeat(exchange, 401, '"invalid_token"'));
  },
};

/** A good token with one bit of its secret changed. */
export const forgedRefreshToken: Operation = {
  name: "forged refresh token refused",
  kind: "refusal",
  request: `POST ${REFRESH_PATH}`,
  requests: 1,
  storage: "none",
  target: "auth-service",
  actors: async (running, count) => {
    const { refresh_token: good } = await signedIn(running, 0);
    const at = 80;
    const forged = `${good.slice(0, at)}${good[at] === "A" ? "B" : "A"}${good.slice(at + 1)}`;
    const exchange = refreshExchange(forged);
    return times(count, () => repeat(exchange, 401, '"invalid_refresh_token"'));
  },
};
