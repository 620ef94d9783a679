import type { Actor, Person } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { provedBy, sessionOf } from "../../domain/tokens/access-token.ts";
import { currentClaims, type VerifyDeps } from "./verify-token.ts";

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
  const presented = await deps.verifier.verify(token);
  if (presented === null) return err("invalid_token");
  const live = await deps.liveness.ask(presented, 0);
  const current = await currentClaims(deps, presented, live, rolesNow);
  if (current === null) return err("invalid_token");
  const { claims, permissionsAtAal2 } = current;
  const { sub: id, roles, permissions } = claims;
  const session = sessionOf(claims);
  const caller = { id, roles, permissions };
  if (session === null) return ok({ ...caller, kind: "service" });
  const accountAcr = live?.accountAcr ?? "aal1";
  const proved = provedBy(claims);
  return ok({ ...caller, kind: "user", ...session, proved, accountAcr, permissionsAtAal2 });
}
