import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { fitsLimits, rightsOf } from "../../domain/access/rights.ts";
import { permissionsOf, type Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "./decide-in-rounds.ts";
import { decideRaise } from "./decide-raise.ts";
import { editable, editBy, type ManageRolesDeps } from "./editable-role.ts";
import type { RoleChange, RoleDecision, Roles, WithSecrets } from "./ports.ts";

/** Sets of roles in one page: each page walks every holder of the role. */
const SETS_AT_ONCE = 1_000;

/**
 * Changes a role. Its editor must hold what it grants before and after, and every holder must stay
 * within the limits.
 *
 * @returns the role, and the ids of the secrets that ended with it
 */
export async function updateRole(
  deps: ManageRolesDeps,
  actor: Actor,
  name: string,
  change: RoleChange,
): Promise<
  Result<
    { readonly role: Role; readonly ended: readonly string[] },
    "forbidden" | "not_found" | "too_many_permissions" | "conflict"
  >
> {
  const edit = decideInRounds(deps.actors, actor, async () => {
    const found = await editable(deps, actor, name);
    if (!found.ok) return found;
    const { permissions = found.value.permissions } = change;
    if (!covers(actor.permissions, permissions)) return err("forbidden");
    const after = { ...found.value, permissions };
    if (!(await canBeHeld(deps.roles, found.value, after))) return err("too_many_permissions");
    const now = deps.clock();
    const raise = await raiseBy(deps, found.value, after, now);
    const decided = { ...editBy(deps, actor), now, role: found.value, raise };
    const role = await deps.roles.update(name, change, decided);
    if (role === null) return err("not_found");
    if (role === "moved") return role;
    deps.catalogue.forget();
    return ok({ role, ended: raise?.ended ?? [] });
  });
  return deps.thenTellHolders(name, edit);
}

/** False when a holder would exceed the limits. Distinct sets are checked, not every holder. */
async function canBeHeld(roles: Roles, before: Role, after: Role): Promise<boolean> {
  if (covers(before.permissions, after.permissions)) return true;
  let last: readonly string[] | null = null;
  for (;;) {
    const sets: string[][] = await roles.heldSets(before.name, last, SETS_AT_ONCE);
    const catalogue = new Map(await roles.named([...new Set(sets.flat())]));
    const edited = new Map([...catalogue, [after.name, after]]);
    const fits = (set: readonly string[]) =>
      fitsLimits(rightsOf(set, catalogue), rightsOf(set, edited));
    if (!sets.every(fits)) return false;
    last = sets.at(-1) ?? null;
    if (sets.length < SETS_AT_ONCE) return true;
  }
}

/** A role that comes to grant more raises every service account that holds it. */
async function raiseBy(
  { roles, serviceAccounts }: ManageRolesDeps,
  before: Role,
  after: Role,
  now: number,
): Promise<RoleDecision["raise"]> {
  if (covers(before.permissions, after.permissions)) return null;
  const holders = await serviceAccounts.holdersOf(before.name, now);
  const held = await roles.named([...new Set(holders.flatMap(({ account }) => account.roles))]);
  const edited = new Map([...held, [after.name, after]]);
  const amount = ({ account }: WithSecrets) => permissionsOf(account.roles, edited);
  const raise = await decideRaise(roles, holders, amount);
  const seen = holders.map((holder) => {
    const { id, version, permissions } = holder.account;
    return { id, version, isRaised: !covers(permissions, amount(holder)) };
  });
  return { ...raise, holders: seen };
}
