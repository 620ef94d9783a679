import type { Actor, Person } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { sessionOf } from "../../domain/tokens/access-token.ts";
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
  const { sub: id, roles, permissions } = verdict.value;
  const session = sessionOf(verdict.value);
  const caller = { id, roles, permissions };
  return ok(
    session === null ? { ...caller, kind: "service" } : { ...caller, kind: "user", ...session },
  );
}
