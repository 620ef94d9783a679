import type { Person } from "../../domain/access/actor.ts";
import { parseSessionId, parseUserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { VerifyDeps } from "./verify-token.ts";

/**
 * The person behind a token, for what needs no permission. Permissions are left empty and not
 * looked up: ending a session must not wait for what roles grant.
 */
export async function identifyPerson(
  deps: Pick<VerifyDeps, "verifier" | "liveness">,
  token: string,
): Promise<Result<Person, "invalid_token">> {
  const claims = await deps.verifier.verify(token);
  const [user, session] = [parseUserId(claims?.sub), parseSessionId(claims?.sid)];
  if (claims === null || !user.ok || !session.ok) return err("invalid_token");
  const authority = await deps.liveness.ask(claims, 0);
  if (authority === null) return err("invalid_token");
  const [userId, sessionId] = [user.value, session.value];
  const { roles } = authority;
  return ok({ kind: "user", id: userId, userId, sessionId, roles, permissions: [] });
}
