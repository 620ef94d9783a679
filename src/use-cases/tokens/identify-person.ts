import type { Person } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { provedBy, sessionOf } from "../../domain/tokens/access-token.ts";
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
  const session = claims && sessionOf(claims);
  if (claims === null || session === null) return err("invalid_token");
  const authority = await deps.liveness.ask(claims, 0);
  if (authority === null) return err("invalid_token");
  const { roles, accountAcr = "aal1" } = authority;
  return ok({
    kind: "user",
    id: session.userId,
    ...session,
    roles,
    permissions: [],
    proved: provedBy(claims),
    accountAcr,
    permissionsAtAal2: [],
  });
}
