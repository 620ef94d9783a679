import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Exchange, Reply } from "../measure/load.ts";
import { ISSUER, PASSWORD } from "./auth-service.ts";
import {
  bearer,
  browser,
  expect,
  type Flow,
  form,
  get,
  headersOf,
  repeat,
  stranger,
  times,
  walk,
  walking,
} from "./http.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import {
  type Bundles,
  type Launch,
  operation,
  originOf,
  type Running,
  type Server,
} from "./server.ts";

/** Milliseconds after which an old token no longer passes: the Worker's `reuse`, and a little. */
const REUSE_WINDOW = 1_200;

/** Four requests make the account; the fifth, for its first tokens, is left out. */
const signUp = operation(
  {
    name: "sign-up",
    kind: "sign-up",
    request:
      "GET /authorize, GET /password/register, POST it twice (the second with the mailed code)",
    requests: 4,
    storage: "KV",
    isExtra: true,
  },
  async (running, count) => {
    await signedUp(running, 1); // makes its keys
    return times(count, () => walking(() => signUpFlow(stranger())));
  },
);

const signIn = operation(
  {
    name: "sign-in",
    kind: "sign-in",
    request: "GET /authorize, POST /password/authorize, POST /token (authorization code and PKCE)",
    requests: 3,
    storage: "KV",
  },
  async (running, count) => {
    const emails = await signedUp(running, count);
    return emails.map((email) => walking(() => signInFlow(email)));
  },
);

const refresh = operation(
  { name: "refresh", kind: "refresh", request: "POST /token", storage: "KV" },
  async (running, count) => {
    await proveReuseIsRefused(running);
    const sessions = await tokensOfEach(running, await signedUp(running, count));
    return sessions.map(({ refresh_token }) => rotation(refreshExchange, [refresh_token]));
  },
);

const check = operation(
  {
    name: "check by its client library",
    kind: "check, stateless",
    request: "GET /api of an API that calls client.verify()",
    storage: "none",
    isExtra: true,
  },
  async (running, count) => {
    const sessions = await tokensOfEach(running, await signedUp(running, count));
    return sessions.map(({ access_token }) =>
      repeat(get("/api", bearer(access_token)), 200, '"ok":true'),
    );
  },
);

const KEY_SET_PATH = "/.well-known/jwks.json";

const keySet = operation(
  {
    name: "key set",
    kind: "key set",
    request: `GET ${KEY_SET_PATH}`,
    storage: "none (its keys stay in the isolate)",
    isExtra: true,
  },
  async (running, count) => {
    await expect(200, originOf(running), get(KEY_SET_PATH)); // makes the key
    return times(count, () => repeat(get(KEY_SET_PATH), 200, '"kid"'));
  },
);

/** One after the other, so that the first request makes the keys. */
async function signedUp(running: Running, count: number): Promise<string[]> {
  const emails = times(count, stranger);
  for (const email of emails) await walk(originOf(running), signUpFlow(email));
  return emails;
}

const tokensOfEach = (running: Running, emails: readonly string[]): Promise<Tokens[]> =>
  Promise.all(emails.map((email) => walk(originOf(running), signInFlow(email))));

/** After its window an old token is refused and ends all of the person's sessions. */
async function proveReuseIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const [email = ""] = await signedUp(running, 1);
  const { refresh_token: oldest } = await walk(origin, signInFlow(email));
  const newest = await rotatedTwice(origin, refreshExchange, oldest);
  await pause(REUSE_WINDOW);
  await expect(400, origin, refreshExchange(oldest), '"invalid_grant"');
  await expect(400, origin, refreshExchange(newest));
}

/** Hashing as shipped, and everything that does not depend on it. */
export const openauth: Server = {
  name: "openauth",
  runtime: "workerd",
  launch: (_, bundles) => launch(bundles, "shipped"),
  operations: [signUp, signIn, refresh, check, keySet],
};

export const openauthEqualHash: Server = {
  name: "openauth, equal hash",
  runtime: "workerd",
  launch: (_, bundles) => launch(bundles, "equal"),
  operations: [signUp, signIn],
};

const launch = (bundles: Bundles, hash: "shipped" | "equal"): Launch => ({
  workers: [
    {
      name: "openauth",
      script: bundles.get("openauth") ?? "",
      bindings: { ISSUER, HASH: hash },
      kvNamespaces: { STORAGE: "openauth" },
    },
  ],
});

const CALLBACK = "http://localhost:3000/callback";
const CLIENT = "bench";
const LOGIN_PATH = "/password/authorize";
const REGISTER_PATH = "/password/register";
const VERIFIER = "a-code-verifier-of-at-least-forty-three-characters";
const AUTHORIZE_PATH = `/authorize?${new URLSearchParams({
  client_id: CLIENT,
  redirect_uri: CALLBACK,
  response_type: "code",
  state: "state",
  code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
  code_challenge_method: "S256",
})}`;

/** As its proxy would say: what is issued then names ISSUER, on whichever port it runs. */
const FORWARDED = { "x-forwarded-host": new URL(ISSUER).host, "x-forwarded-proto": "http" };

const refreshExchange = (refresh_token: string): Exchange =>
  form("/token", { grant_type: "refresh_token", refresh_token }, FORWARDED);

/** Without the login page between, which is the application's. */
function* signInFlow(email: string): Flow<Tokens> {
  const ask = browser(FORWARDED);
  yield* ask(get(AUTHORIZE_PATH), 302);
  const signedIn = yield* ask(form(LOGIN_PATH, { email, password: PASSWORD }), 302);
  const exchange = form("/token", {
    grant_type: "authorization_code",
    client_id: CLIENT,
    code: codeOf(signedIn),
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  });
  return JSON.parse((yield* ask(exchange, 200, '"refresh_token"')).body);
}

/** The page is asked for, since it sets the cookie that the flow's state is in. */
function* signUpFlow(email: string): Flow<string> {
  const ask = browser(FORWARDED);
  yield* ask(get(AUTHORIZE_PATH), 302);
  yield* ask(get(REGISTER_PATH), 200, "register");
  const fields = { action: "register", email, password: PASSWORD, repeat: PASSWORD };
  const { body: code } = yield* ask(form(REGISTER_PATH, fields), 200);
  return codeOf(yield* ask(form(REGISTER_PATH, { action: "verify", code }), 302));
}

/** @throws Error for a redirect without a code */
function codeOf(reply: Reply): string {
  const [location = ""] = headersOf(reply, "location");
  const code = new URL(location).searchParams.get("code");
  if (code === null) throw new Error(`no code: ${location}`);
  return code;
}
