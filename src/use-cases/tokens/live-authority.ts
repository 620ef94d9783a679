import { parseServiceAccountId } from "../../domain/ids.ts";
import { type AccessTokenClaims, sessionOf } from "../../domain/tokens/access-token.ts";
import type { LiveAccount, LivePrograms, LiveSessions } from "./ports.ts";

/**
 * What the account's own object says of a token now.
 *
 * @param withEmail true asks a person's object for their address too
 * @returns null when the session has ended or the account may not act
 */
export async function liveAuthority(
  deps: { readonly sessions: LiveSessions; readonly programs: LivePrograms },
  claims: AccessTokenClaims,
  withEmail: boolean,
): Promise<LiveAccount | null> {
  const session = sessionOf(claims);
  if (session !== null) {
    const grant = await deps.sessions.check(session.userId, session.sessionId, withEmail);
    if (grant === null) return null;
    const { authority, verifiedEmail, accountAcr = "aal1" } = grant;
    return { ...authority, accountAcr, ...(withEmail ? { verifiedEmail } : {}) };
  }
  const id = parseServiceAccountId(claims.sub);
  const account = id.ok ? await deps.programs.find(id.value) : null;
  if (account?.status !== "active") return null;
  const { roles, version, permissions, tokensFrom } = account;
  return { roles, version, program: { permissions, tokensFrom } };
}
