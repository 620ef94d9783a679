import type { Actor, Person } from "../../domain/access/actor.ts";
import { parseSessionId, parseUserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type VerifyDeps, verifyToken } from "./verify-token.ts";

/**
 * The actor behind a token, if the account vouches for it now.
 *
 * @param rolesNow true where the caller is about to change something
 */
export async function identifyCaller(
  deps: VerifyDeps,
  token: string,
  rolesNow: boolean,
): Promise<Result<Actor | Person, "invalid_token">> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0, rolesNow });
  if (!verdict.ok) return err("invalid_token");
  const { sub: id, sid, roles, permissions } = verdict.value;
  const [user, session] = [parseUserId(id), parseSessionId(sid)];
  const caller = { id, roles, permissions };
  return user.ok && session.ok
    ? ok({ ...caller, kind: "user", userId: user.value, sessionId: session.value })
    : ok({ ...caller, kind: "service" });
}
