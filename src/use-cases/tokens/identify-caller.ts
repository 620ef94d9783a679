import type { Actor } from "../../domain/access/actor.ts";
import { parseSessionId, parseUserId, type SessionId, type UserId } from "../../domain/ids.ts";
import { type VerifyDeps, verifyToken } from "./verify-token.ts";

/** Who is asking, and what they may do now. */
export type Caller = Actor;

/** A caller that is a person, with the session they act in. */
export type UserCaller = Caller & { readonly userId: UserId; readonly sessionId: SessionId };

/**
 * The caller behind a token that the account itself vouches for now.
 *
 * @param rolesNow true where the caller is about to change something
 * @returns null when the token is no good
 */
export async function callerOf(
  deps: VerifyDeps,
  token: string,
  rolesNow: boolean,
): Promise<Caller | UserCaller | null> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0, rolesNow });
  if (!verdict.ok) return null;
  const { sub: id, sid, roles, permissions } = verdict.claims;
  const [user, session] = [parseUserId(id), parseSessionId(sid)];
  const caller = { id, roles, permissions };
  return user.ok && session.ok
    ? { ...caller, kind: "user", userId: user.value, sessionId: session.value }
    : { ...caller, kind: "service" };
}

export const isUser = (caller: Caller | UserCaller): caller is UserCaller => "userId" in caller;
