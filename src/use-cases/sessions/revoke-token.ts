import type { Person } from "../../domain/access/actor.ts";
import { grants } from "../../domain/access/permission.ts";
import type { ServiceAccount } from "../../domain/clients/service-account.ts";
import { parseSessionId, parseUserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type VerifyDeps, verifyToken } from "../tokens/verify-token.ts";
import { isLive } from "./live-token.ts";
import { end } from "./logout.ts";
import type { RefreshDeps } from "./refresh-token.ts";

/** The public client that people sign in with, or a service account that authenticated. */
export type OAuthClient = "public" | ServiceAccount;

export type RevocationDeps = RefreshDeps & VerifyDeps;

/**
 * Revokes any token of a session by ending the session (RFC 7009, section 2.1): its refresh token
 * is dead at once, its access tokens wherever the session is asked for. A token that is unknown or
 * dead is no error (section 2.2), whoever asks. One that lives was issued to somebody; others need
 * `sessions:revoke`. A service account's own token has no session to end (section 2.2.1).
 */
export async function revokeToken(
  deps: RevocationDeps,
  client: OAuthClient,
  text: string,
): Promise<Result<null, "unauthorized_client" | "unsupported_token_type">> {
  const token = await presentedToken(deps, text);
  if (token === null) return ok(null);
  const own = client === "public" ? deps.clientId : client.id;
  const refused = token.clientId !== own && !mayRevokeAny(client);
  if (token.session !== null && !refused) {
    await end(deps, token.session, "local");
    return ok(null);
  }
  if (!(await token.isLive())) return ok(null);
  return err(refused ? "unauthorized_client" : "unsupported_token_type");
}

type PresentedToken = {
  /** Whom it was issued to. */
  readonly clientId: string;
  /** None of a service account. */
  readonly session: Pick<Person, "userId" | "sessionId"> | null;
  readonly isLive: () => Promise<boolean>;
};

/** Null for what was not made here or has expired. */
async function presentedToken(deps: RevocationDeps, text: string): Promise<PresentedToken | null> {
  const token = deps.refreshTokens.parse(text);
  if (token !== null) {
    return { clientId: deps.clientId, session: token, isLive: () => isLive(deps, token) };
  }
  const claims = await deps.verifier.verify(text);
  if (claims === null) return null;
  const [user, session] = [parseUserId(claims.sub), parseSessionId(claims.sid)];
  return {
    clientId: claims.client_id,
    session: user.ok && session.ok ? { userId: user.value, sessionId: session.value } : null,
    isLive: async () => (await verifyToken(deps, text, { maxStaleness: 0 })).ok,
  };
}

/** What a program may do was read when it authenticated. */
const mayRevokeAny = (client: OAuthClient): boolean =>
  client !== "public" && grants(client.permissions, "sessions:revoke");
