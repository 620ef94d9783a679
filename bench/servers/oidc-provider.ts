import { join } from "node:path";
import { expect, get, repeat, times } from "./http.ts";
import {
  API,
  authorized,
  CLIENT_ID,
  form,
  JWT_RESOURCE,
  OPAQUE_RESOURCE,
  originOf,
  type Tokens,
} from "./oidc-provider-flow.ts";
import { rotatedTwice, rotation } from "./rotation.ts";
import type { Operation, Running, Server } from "./server.ts";

const SCRIPT = join(import.meta.dirname, "../hosts/oidc-provider.ts");
const MEMORY = "memory, lost at restart";

const refreshExchange = (refresh_token: string) =>
  form("/token", { grant_type: "refresh_token", client_id: CLIENT_ID, refresh_token });

/**
 * Its memory walks through all tokens a grant ever had at each rotation, which would slow it down
 * as no person's use does. So every connection takes turns among several people; more of them
 * would be too many for that memory, which forgets all but the last thousand entries.
 */
const GRANTS = 100;

const refresh: Operation = {
  name: "refresh, JWT access token",
  kind: "refresh",
  request: "POST /token",
  requests: 1,
  storage: MEMORY,
  target: "main",
  actors: async (running, count) => {
    await proveReuseIsRefused(running);
    const each = Math.ceil(GRANTS / count);
    return Promise.all(
      times(count, async () => {
        const grants = await inTurn(each, () => authorized(running, JWT_RESOURCE));
        const tokens = grants.map(({ refresh_token }) => refresh_token);
        return rotation(refreshExchange, tokens, isJwt);
      }),
    );
  },
};

async function inTurn<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

const isJwt = ({ access_token }: Tokens): boolean => access_token.startsWith("ey");

/** A reused token ends its grant, as long as that memory still holds it. */
async function proveReuseIsRefused(running: Running): Promise<void> {
  const origin = originOf(running);
  const { refresh_token: oldest } = await authorized(running, JWT_RESOURCE);
  const newest = await rotatedTwice(origin, refreshExchange, oldest);
  for (const refused of [oldest, newest]) {
    const { body } = await expect(400, origin, refreshExchange(refused));
    if (!body.includes('"invalid_grant"')) throw new Error(`refused for another reason: ${body}`);
  }
}

/** Its JWT access tokens can't be introspected: they are never stored. */
const introspection: Operation = {
  name: "introspection, opaque access token",
  kind: "introspection",
  request: "POST /token/introspection",
  requests: 1,
  storage: MEMORY,
  target: "main",
  actors: async (running, count) => {
    const authorization = `Basic ${Buffer.from(`${API.id}:${API.secret}`).toString("base64")}`;
    const grants = await Promise.all(times(count, () => authorized(running, OPAQUE_RESOURCE)));
    return grants.map(({ access_token: token }) =>
      repeat(form("/token/introspection", { token }, { authorization }), 200, '"active":true'),
    );
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

export const oidcProvider: Server = {
  name: "oidc-provider",
  runtime: "Node",
  launch: () => ({ kind: "node", script: SCRIPT, args: [] }),
  operations: [refresh, introspection, keySet],
};
