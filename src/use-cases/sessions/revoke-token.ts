import { type Actor, may } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type SessionOf, sessionOf } from "../../domain/tokens/access-token.ts";
import { type VerifyDeps, verifyToken } from "../tokens/verify-token.ts";
import { type EndDeps, endSessions, isLive } from "./end-sessions.ts";

/** @property clientId the public client's, which people sign in with */
export type RevocationDeps = EndDeps & VerifyDeps & { readonly clientId: string };

/**
 * Revokes any token of a session by ending the session (RFC 7009, section 2.1), which has ended
 * when it returns: its access tokens are refused wherever the session is asked for. A token that is
 * unknown or dead is no error (section 2.2), whoever asks. A living one is revoked by the client it
 * was issued to; others need `sessions:revoke`. A service account's own token has no session to end
 * (section 2.2.1).
 *
 * @param actor a service account that authenticated; whoever else asks is the public client
 */
export async function revokeToken(
  deps: RevocationDeps,
  actor: Actor,
  text: string,
): Promise<Result<null, "forbidden" | "no_session">> {
  const token = await presentedToken(deps, text);
  if (token === null) return ok(null);
  const own = actor.kind === "service" ? actor.id : deps.clientId;
  const refused = token.clientId !== own && !may(actor, "sessions:revoke");
  if (token.session !== null && !refused) {
    await endSessions(deps, actor, token.session, "local");
    return ok(null);
  }
  if (!(await token.isLive())) return ok(null);
  return err(refused ? "forbidden" : "no_session");
}

type PresentedToken = {
  /** Whom it was issued to. */
  readonly clientId: string;
  /** Null for a service account's token. */
  readonly session: SessionOf | null;
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
  return {
    clientId: claims.client_id,
    session: sessionOf(claims),
    isLive: async () => (await verifyToken(deps, text, { maxStaleness: 0 })).ok,
  };
}
