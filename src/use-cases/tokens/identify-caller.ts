import type { Actor, Person } from "../../domain/access/actor.ts";
import { parseSessionId, parseUserId } from "../../domain/ids.ts";
import { type VerifyDeps, verifyToken } from "./verify-token.ts";

/**
 * The caller behind a token that the account itself vouches for now.
 *
 * @param rolesNow true where the caller is about to change something
 * @returns null when the token is no good
 */
export async function identifyCaller(
  deps: VerifyDeps,
  token: string,
  rolesNow: boolean,
): Promise<Actor | Person | null> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0, rolesNow });
  if (!verdict.ok) return null;
  const { sub: id, sid, roles, permissions } = verdict.claims;
  const [user, session] = [parseUserId(id), parseSessionId(sid)];
  const caller = { id, roles, permissions };
  return user.ok && session.ok
    ? { ...caller, kind: "user", userId: user.value, sessionId: session.value }
    : { ...caller, kind: "service" };
}
