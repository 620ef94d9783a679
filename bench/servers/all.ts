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

/**
 * What is measured when all is measured. A full run has to end within the hour, so that what it
 * says is of one machine in one state; what is left out is written, runs, and would say twice what
 * another row says once: the same operation of the same peer elsewhere, or the same code again.
 */
export const SERVERS: readonly Server[] = [
  limits,
  without(authService, "sign-up, node:crypto"),
  authServiceNoble,
  without(betterAuth, "sign-up", "check of a JWT by jose", "key set"),
  without(betterAuthEqualHash, "sign-up"),
  without(betterAuthNode, "sign-up", "session check, cookie cache"),
  without(betterAuthNodeEqualHash, "sign-up"),
  without(openauth, "sign-up", "check by its client library", "key set"),
  without(openauthEqualHash, "sign-up"),
  without(workersOAuthProvider, "forged access token refused"),
  without(oidcProvider, "key set"),
  without(
    fastifySqlite,
    "sign-up",
    "check, stateful",
    "check, stateless, verified tokens cached",
    "key set",
  ),
];

/** @throws Error for a name that it has not: the row would come back unseen */
function without(server: Server, ...names: string[]): Server {
  const missing = names.find((name) => server.operations.every((each) => each.name !== name));
  if (missing !== undefined) throw new Error(`${server.name} has no operation "${missing}"`);
  return { ...server, operations: server.operations.filter(({ name }) => !names.includes(name)) };
}
