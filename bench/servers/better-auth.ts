import { randomBytes } from "node:crypto";
import type { Actor, Exchange, Reply } from "../measure/load.ts";
import { accounts, SCHEMA } from "./better-auth-accounts.ts";
import { bearer, expect, get, post, repeat, times } from "./http.ts";
import { COMPATIBILITY, emailOf, ISSUER, PASSWORD } from "./product.ts";
import type { Bundles, Launch, Operation, Running, Server, WorkerSpecification } from "./server.ts";

const SIGN_IN_PATH = "/api/auth/sign-in/email";
const SIGN_UP_PATH = "/api/auth/sign-up/email";
const SESSION_PATH = "/api/auth/get-session";
const PLAIN = "better-auth";
const CACHED = "better-auth-cached";

const signUp: Operation = {
  name: "sign-up",
  kind: "sign-up",
  request: `POST ${SIGN_UP_PATH}`,
  requests: 1,
  storage: "D1",
  target: PLAIN,
  actors: async (_, count) =>
    times(count, () => ({
      next: () => {
        const email = `${randomBytes(12).toString("hex")}@example.com`;
        return post(SIGN_UP_PATH, { email, password: PASSWORD, name: "A person" });
      },
      judge: ({ status, body }) =>
        status === 200 && body.includes('"user"') ? "done" : "unexpected",
    })),
};

/** As its own page sends it: whoever looks like a browser must come from a trusted origin. */
const signInExchange = (index: number): Exchange =>
  post(SIGN_IN_PATH, { email: emailOf(index), password: PASSWORD }, { origin: ISSUER });

const signIn: Operation = {
  name: "sign-in",
  kind: "sign-in",
  request: `POST ${SIGN_IN_PATH}`,
  requests: 1,
  storage: "D1",
  target: PLAIN,
  actors: async (_, count) =>
    times(count, (index) => repeat(signInExchange(index), 200, '"token"')),
};

const sessionInDatabase: Operation = {
  name: "session check, D1",
  kind: "check, stateful",
  request: `GET ${SESSION_PATH}`,
  requests: 1,
  storage: "D1",
  target: PLAIN,
  actors: (running, count) => checkingSessions(running, PLAIN, count),
};

/** Its cookie cache: the session itself in a signed cookie, believed for five minutes. */
const sessionInCookie: Operation = {
  name: "session check, cookie cache",
  kind: "check, stateless",
  request: `GET ${SESSION_PATH}`,
  requests: 1,
  storage: "none",
  target: CACHED,
  actors: async (running, count) => {
    const actors = await checkingSessions(running, CACHED, count);
    return actors.map(({ next, judge }) => ({
      next,
      // It sets the cookie anew only when it had to ask D1.
      judge: (reply) => (hasCookie(reply) ? "unexpected" : judge(reply)),
    }));
  },
};

const tokenCheck: Operation = {
  name: "check of a JWT by jose",
  kind: "check, stateless",
  request: "GET / of an API that remembers the key set",
  requests: 1,
  storage: "none",
  target: PLAIN,
  actors: async (running, count) => {
    const origin = originOf(running, PLAIN);
    const tokens = await eachInTurn(count, async (index) => {
      const cookie = await cookiesOf(origin, index);
      const { body } = await expect(200, origin, get("/api/auth/token", { cookie }));
      return String(JSON.parse(body).token);
    });
    return tokens.map((token) => repeat(get("/", bearer(token)), 200, '"ok":true'));
  },
};

const keySet: Operation = {
  name: "key set",
  kind: "key set",
  request: "GET /api/auth/jwks",
  requests: 1,
  storage: "D1",
  target: PLAIN,
  actors: async (_, count) => times(count, () => repeat(get("/api/auth/jwks"), 200, '"kid"')),
};

/** Hashing as shipped, and everything that does not depend on it. */
export const betterAuth: Server = {
  name: "better-auth",
  runtime: "workerd",
  launch: (directory, bundles) => launch(directory, bundles, "shipped"),
  operations: [signUp, signIn, sessionInDatabase, sessionInCookie, tokenCheck, keySet],
};

export const betterAuthEqualHash: Server = {
  name: "better-auth, equal hash",
  runtime: "workerd",
  launch: (directory, bundles) => launch(directory, bundles, "equal"),
  operations: [signUp, signIn],
};

const originOf = (running: Running, worker: string): string => running.origins[worker] ?? "";

const hasCookie = ({ headers }: Reply): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === "set-cookie");

async function checkingSessions(running: Running, worker: string, count: number): Promise<Actor[]> {
  const cookies = await eachInTurn(count, (index) => cookiesOf(originOf(running, worker), index));
  return cookies.map((cookie, index) =>
    repeat(get(SESSION_PATH, { cookie }), 200, `"email":"${emailOf(index)}"`),
  );
}

/** Signs in and keeps what a browser would: session, and its cached copy if there is one. */
async function cookiesOf(origin: string, index: number): Promise<string> {
  const { path, ...init } = signInExchange(index);
  const response = await fetch(new URL(path, origin), init);
  if (response.status !== 200) throw new Error(`sign-in: ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}

/** One after the other, so that the first request makes whatever an isolate makes once. */
async function eachInTurn<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let index = 0; index < count; index++) made.push(await make(index));
  return made;
}

function launch(directory: string, bundles: Bundles, hash: "shipped" | "equal"): Launch {
  const worker = (name: string, cache: "on" | "off"): WorkerSpecification => ({
    name,
    script: bundles.get("better-auth") ?? "",
    ...COMPATIBILITY,
    bindings: {
      BASE_URL: ISSUER,
      SECRET: "uFq3X0mR7dYw1oZc5tJ8nB2kVhL6sQ9aEgPiTxWvDyM",
      HASH: hash,
      COOKIE_CACHE: cache,
    },
    d1Databases: { DB: "better-auth" },
  });
  return {
    kind: "workerd",
    specification: {
      persist: directory,
      workers: [worker(PLAIN, "off"), worker(CACHED, "on")],
      seed: [{ worker: PLAIN, binding: "DB", statements: [...SCHEMA, ...accounts(hash)] }],
    },
  };
}
