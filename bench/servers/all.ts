import { authService, authServiceNoble } from "./auth-service.ts";
import { betterAuth, betterAuthEqualHash } from "./better-auth.ts";
import { betterAuthNode, betterAuthNodeEqualHash } from "./better-auth-node.ts";
import { fastifySqlite } from "./fastify-sqlite.ts";
import { limits } from "./limits.ts";
import { oidcProvider } from "./oidc-provider.ts";
import { openauth, openauthEqualHash } from "./openauth.ts";
import type { Server } from "./server.ts";
import { workersOAuthProvider } from "./workers-oauth-provider.ts";

/** Every bundle that one of them needs, by the name of its file in workers/. */
export const WORKERS = [
  "auth-service",
  "caller",
  "resource",
  "limits",
  "better-auth",
  "openauth",
  "workers-oauth-provider",
];

/** Every operation that is written. */
const ALL: readonly Server[] = [
  limits,
  authService,
  authServiceNoble,
  betterAuth,
  betterAuthEqualHash,
  betterAuthNode,
  betterAuthNodeEqualHash,
  openauth,
  openauthEqualHash,
  workersOAuthProvider,
  oidcProvider,
  fastifySqlite,
];

/**
 * Left out of a run of everything for time alone: it has to end within the hour, so that what it
 * says is of one machine in one state. `--only` and a part of the name measures them.
 */
const LEFT_OUT: ReadonlyMap<Server, readonly string[]> = new Map([
  [authService, ["sign-up, node:crypto"]],
  [betterAuth, ["sign-up", "check of a JWT by jose", "key set"]],
  [betterAuthEqualHash, ["sign-up"]],
  [betterAuthNode, ["sign-up", "session check, cookie cache"]],
  [betterAuthNodeEqualHash, ["sign-up"]],
  [openauth, ["sign-up", "check by its client library", "key set"]],
  [openauthEqualHash, ["sign-up"]],
  [workersOAuthProvider, ["forged access token refused"]],
  [oidcProvider, ["key set"]],
  [
    fastifySqlite,
    ["sign-up", "check, stateful", "check, stateless, verified tokens cached", "key set"],
  ],
]);

/** What is measured when all is measured. */
const SERVERS = ALL.map((server) => without(server, LEFT_OUT.get(server) ?? []));

/** @throws Error for a name that it has not: the row would come back unseen */
function without(server: Server, names: readonly string[]): Server {
  const missing = names.find((name) => server.operations.every((each) => each.name !== name));
  if (missing !== undefined) throw new Error(`${server.name} has no operation "${missing}"`);
  return { ...server, operations: server.operations.filter(({ name }) => !names.includes(name)) };
}

/**
 * A server whose name holds the text with all of its operations, of the others those that hold
 * it, whether a full run measures them or not.
 *
 * @param text empty for a full run
 * @throws Error for a text that nothing is named by
 */
export function chosen(text: string): readonly Server[] {
  if (text === "") return SERVERS;
  const servers = ALL.map((server) => ({
    ...server,
    operations: server.operations.filter(
      ({ name }) => server.name.includes(text) || name.includes(text),
    ),
  })).filter(({ operations }) => operations.length > 0);
  if (servers.length === 0) throw new Error(`nothing is named "${text}"`);
  return servers;
}
