import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { fitsLimits, rightsOf } from "../../domain/access/rights.ts";
import { rolesAfter } from "../../domain/access/role.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { decideRaise } from "../access/decide-raise.ts";
import { mayGrant, mayHandle } from "../access/may-grant.ts";
import type { Roles } from "../access/ports.ts";
import { type AccountRefusal, type ChangeAccountDeps, endedBy } from "./target-account.ts";
import { thenTell } from "./tell-programs.ts";

type Refusal = AccountRefusal | "no_such_role" | "too_many_permissions";

/**
 * Gives or takes a role. Either needs every permission that the role grants.
 *
 * @returns the ids of the secrets that ended with it
 */
export async function setServiceAccountRole(
  deps: ChangeAccountDeps & { readonly roles: Roles },
  actor: Actor,
  id: ServiceAccountId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<readonly string[], Refusal>> {
  const change = decideInRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const found = await deps.serviceAccounts.withSecrets(id, now);
    if (found === null) return err("not_found");
    const { account } = found;
    const names = rolesAfter(account.roles, { kind: wanted, role });
    const allowed = await mayGrant(deps.roles, actor, [
      ...new Set([...account.roles, ...names, role]),
    ]);
    if (!allowed.ok) return allowed;
    if (!mayHandle(actor, allowed.value.get(role))) return err("forbidden");
    if (names.length === account.roles.length) return ok([]);
    const before = rightsOf(account.roles, allowed.value);
    const after = rightsOf(names, allowed.value);
    if (!fitsLimits(before, after)) return err("too_many_permissions");
    const isRaise = !covers(before.permissions, after.permissions);
    const raise = isRaise ? await decideRaise(deps.roles, [found], () => after.permissions) : null;
    const roles = [...allowed.value.values()].filter(({ name }) => names.includes(name));
    const decided = { actor, now, version: account.version, raise };
    const isMade = await deps.serviceAccounts.setRole(id, role, roles, decided);
    return isMade ? ok(endedBy(raise)) : "moved";
  });
  return thenTell(deps, { kind: "account", id }, change);
}
