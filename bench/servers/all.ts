import { authService, authServiceLater, authServiceNoble } from "./auth-service.ts";
import {
  betterAuth,
  betterAuthEqualHash,
  betterAuthNode,
  betterAuthNodeEqualHash,
} from "./better-auth.ts";
import { fastifySqlite } from "./fastify-sqlite.ts";
import { limits } from "./limits.ts";
import { oidcProvider } from "./oidc-provider.ts";
import { openauth, openauthEqualHash } from "./openauth.ts";
import type { Server } from "./server.ts";
import { workersOAuthProvider } from "./workers-oauth-provider.ts";

/** Every bundle that one of them needs, by the name of its file in workers/. */
export const WORKERS = [
  "auth-service",
  "auth-service-later",
  "caller",
  "resource",
  "limits",
  "better-auth",
  "openauth",
  "workers-oauth-provider",
];

const ALL: readonly Server[] = [
  limits,
  authService,
  authServiceNoble,
  authServiceLater,
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
 * A server whose name holds the text with all of its operations, of the others those that hold
 * it, whether a full run measures them or not.
 *
 * @param text empty for a full run
 * @throws Error for a text that nothing is named by
 */
export function chosen(text: string): readonly Server[] {
  const servers = ALL.map((server) => ({
    ...server,
    operations: server.operations.filter(({ name, isExtra }) =>
      text === "" ? !isExtra : server.name.includes(text) || name.includes(text),
    ),
  })).filter(({ operations }) => operations.length > 0);
  if (servers.length === 0) throw new Error(`nothing is named "${text}"`);
  return servers;
}
