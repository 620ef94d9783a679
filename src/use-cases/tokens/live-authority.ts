import { parseServiceAccountId } from "../../domain/ids.ts";
import { type AccessTokenClaims, sessionOf } from "../../domain/tokens/access-token.ts";
import type { LiveAuthority, LivePrograms, LiveSessions } from "./ports.ts";

/**
 * What the one judge of an account says of a token now: for a person their own object, for a
 * service account its own, too.
 *
 * @returns null when the session has ended or the account may not act
 */
export async function liveAuthority(
  deps: { readonly sessions: LiveSessions; readonly programs: LivePrograms },
  claims: AccessTokenClaims,
): Promise<LiveAuthority | null> {
  const session = sessionOf(claims);
  if (session !== null) {
    const grant = await deps.sessions.check(session.userId, session.sessionId);
    return grant?.authority ?? null;
  }
  const id = parseServiceAccountId(claims.sub);
  const account = id.ok ? await deps.programs.find(id.value) : null;
  if (account?.status !== "active") return null;
  const { roles, version, permissions, tokensFrom } = account;
  return { roles, version, program: { permissions, tokensFrom } };
}
