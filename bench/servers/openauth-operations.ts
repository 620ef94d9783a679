import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "../measure/load.ts";
import { bearer, expect, get, repeat, times } from "./http.ts";
import {
  refreshExchange,
  signInSteps,
  signUpSteps,
  tokensOf,
  walk,
  walking,
} from "./openauth-flows.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import type { Operation, Running } from "./server.ts";

export const WORKER = "openauth";
/** Milliseconds after which an old token no longer passes: the Worker's `reuse`, and a little. */
const REUSE_WINDOW = 1_200;

/** Four requests make the account; the fifth, for its first tokens, is left out. */
export const signUp: Operation = {
  name: "sign-up",
  kind: "sign-up",
  request:
    "GET /authorize, GET /password/register, POST it twice (the second with the mailed code)",
  requests: 4,
  storage: "KV",
  target: WORKER,
  actors: async (running, count) => {
    await signedUp(running, 1); // makes its keys
    return times(count, () => walking(() => signUpSteps(someEmail())));
  },
};

export const signIn: Operation = {
  name: "sign-in",
  kind: "sign-in",
  request: "GET /authorize, POST /password/authorize, POST /token (authorization code and PKCE)",
  requests: 3,
  storage: "KV",
  target: WORKER,
  actors: async (running, count) => {
    const emails = await signedUp(running, count);
    return emails.map((email) => walking(() => signInSteps(email)));
  },
};

export const refresh: Operation = {
  name: "refresh",
  kind: "refresh",
  request: "POST /token",
  requests: 1,
  storage: "KV",
  target: WORKER,
  actors: async (running, count) => {
    await proveReuseIsRefused(running);
    const sessions = await tokensOfEach(running, await signedUp(running, count));
    return sessions.map(rotating);
  },
};

export const check: Operation = {
  name: "check by its client library",
  kind: "check, stateless",
  request: "GET /api of an API that calls client.verify()",
  requests: 1,
  storage: "none",
  target: WORKER,
  actors: async (running, count) => {
    const sessions = await tokensOfEach(running, await signedUp(running, count));
    return sessions.map(({ access_token }) =>
      repeat(get("/api", bearer(access_token)), 200, '"ok":true'),
    );
  },
};

const KEY_SET_PATH = "/.well-known/jwks.json";

export const keySet: Operation = {
  name: "key set",
  kind: "key set",
  request: `GET ${KEY_SET_PATH}`,
  requests: 1,
  storage: "none (its keys stay in the isolate)",
  target: WORKER,
  actors: async (running, count) => {
    await expect(200, originOf(running), get(KEY_SET_PATH)); // makes the key
    return times(count, () => repeat(get(KEY_SET_PATH), 200, '"kid"'));
  },
};

const originOf = (running: Running): string => running.origins[WORKER] ?? "";

/** One after the other, so that the first request makes the keys. */
async function signedUp(running: Running, count: number): Promise<string[]> {
  const emails = times(count, someEmail);
  for (const email of emails) await walk(originOf(running), signUpSteps(email));
  return emails;
}

const someEmail = (): string => `${randomBytes(12).toString("hex")}@example.com`;

const tokensOfEach = (running: Running, emails: readonly string[]): Promise<Tokens[]> =>
  Promise.all(emails.map((email) => tokensOf(originOf(running), email)));

const rotating = ({ refresh_token }: Tokens): Actor => rotation(refreshExchange, [refresh_token]);

/** After its window an old token is refused and ends all of the person's sessions. */
async function proveReuseIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const [email = ""] = await signedUp(running, 1);
  const { refresh_token: oldest } = await tokensOf(origin, email);
  const newest = await rotatedTwice(origin, refreshExchange, oldest);
  await pause(REUSE_WINDOW);
  const refused = await expect(400, origin, refreshExchange(oldest));
  if (!refused.body.includes('"invalid_grant"')) throw new Error(`refused for ${refused.body}`);
  await expect(400, origin, refreshExchange(newest));
}
