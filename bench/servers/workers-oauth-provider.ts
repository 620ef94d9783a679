import { createHash } from "node:crypto";
import type { Actor, Exchange } from "../measure/load.ts";
import { ISSUER } from "./auth-service.ts";
import { bearer, expect, form, get, post, repeat, times } from "./http.ts";
import { rotatedTwice, rotation, type Tokens } from "./rotation.ts";
import { operation, originOf, type Running, type Server } from "./server.ts";

const WORKER = "workers-oauth-provider";
const TOKEN_PATH = "/oauth/token";
const CALLBACK = "http://localhost:3000/callback";
/** It compares the URLs it is asked at with the ones it is configured with. */
const HOST = { host: new URL(ISSUER).host };

const VERIFIER = "a-code-verifier-of-at-least-forty-three-characters";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

/**
 * Rotating: the token before the last one passes until its successor is used, so that a lost
 * reply can be asked for again. Of the KV keys written, the grant's is always the same; deployed,
 * KV takes one write a second there.
 */
const refresh = operation(
  { name: "refresh", kind: "refresh", request: `POST ${TOKEN_PATH}`, storage: "KV" },
  async (running, count) => {
    const client = await registered(running);
    await proveReuseIsRefused(running, client);
    const grants = await granted(running, client, count);
    return grants.map((tokens) => rotating(client, tokens));
  },
);

/** The access token is a random string: each check reads it from KV and decrypts its props. */
const check = operation(
  { name: "check at an API route", kind: "check, stateful", request: "GET /api", storage: "KV" },
  async (running, count) => {
    const grants = await granted(running, await registered(running), count);
    return grants.map(({ access_token }, index) =>
      repeat(callOf(access_token), 200, `"userId":"${nameOf(index)}"`),
    );
  },
);

/** A good token with its last character changed: KV is asked, since it alone knows. */
const forgedAccessToken = operation(
  {
    name: "forged access token refused",
    kind: "refusal",
    request: "GET /api",
    storage: "KV",
    isExtra: true,
  },
  async (running, count) => {
    const grants = await granted(running, await registered(running), count);
    return grants.map(({ access_token: good }) => {
      const forged = `${good.slice(0, -1)}${good.endsWith("A") ? "B" : "A"}`;
      return repeat(callOf(forged), 401, '"invalid_token"');
    });
  },
);

export const workersOAuthProvider: Server = {
  name: "workers-oauth-provider",
  runtime: "workerd",
  launch: (_, bundles) => ({
    workers: [
      { name: WORKER, script: bundles.get(WORKER) ?? "", kvNamespaces: { OAUTH_KV: WORKER } },
    ],
  }),
  operations: [refresh, check, forgedAccessToken],
};

const nameOf = (index: number): string => `user-${index}`;

const callOf = (token: string): Exchange => get("/api", { ...HOST, ...bearer(token) });

const tokenExchange = (client: string, fields: Record<string, string>): Exchange =>
  form(TOKEN_PATH, { client_id: client, ...fields }, HOST);

const refreshExchange = (client: string, token: string): Exchange =>
  tokenExchange(client, { grant_type: "refresh_token", refresh_token: token });

/** @returns the id of a public client */
async function registered(running: Running): Promise<string> {
  const { body } = await expect(200, originOf(running), post("/prepare", {}, HOST));
  return JSON.parse(body).client_id;
}

/** A person of their own each, by authorization code and PKCE. */
const granted = (running: Running, client: string, count: number): Promise<Tokens[]> =>
  Promise.all(times(count, (index) => authorized(running, client, nameOf(index))));

async function authorized(running: Running, client: string, user: string): Promise<Tokens> {
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: client,
    redirect_uri: CALLBACK,
    scope: "read offline_access",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    login_hint: user,
  });
  const { headers } = await expect(302, originOf(running), get(`/authorize?${asked}`, HOST));
  const code = new URL(String(headers["location"])).searchParams.get("code") ?? "";
  const exchange = tokenExchange(client, {
    grant_type: "authorization_code",
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  });
  return JSON.parse((await expect(200, originOf(running), exchange)).body);
}

const rotating = (client: string, { refresh_token }: Tokens): Actor =>
  rotation((token) => refreshExchange(client, token), [refresh_token]);

/** The oldest of three tokens is refused; the last of them still passes, as it promises. */
async function proveReuseIsRefused(running: Running, client: string): Promise<void> {
  const origin = originOf(running);
  const { refresh_token: oldest } = await authorized(running, client, "prover");
  const newest = await rotatedTwice(origin, (token) => refreshExchange(client, token), oldest);
  await expect(400, origin, refreshExchange(client, oldest), '"invalid_grant"');
  await expect(200, origin, refreshExchange(client, newest));
}
