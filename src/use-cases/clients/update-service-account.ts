import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { decideRaise } from "../access/decide-raise.ts";
import type { Raise, Roles, WithSecrets } from "../access/ports.ts";
import {
  type AccountRefusal,
  type ChangeAccountDeps,
  endedBy,
  targetOf,
} from "./target-account.ts";
import { thenTell } from "./tell-programs.ts";

/** @property ended the ids of the secrets that ended with the change */
export type UpdatedAccount = {
  readonly account: ServiceAccount;
  readonly ended: readonly string[];
};

/**
 * Renames, disables or enables. A disabled account is refused wherever its object is asked;
 * enabling it is a raise.
 */
export async function updateServiceAccount(
  deps: ChangeAccountDeps & { readonly roles: Roles },
  actor: Actor,
  id: ServiceAccountId,
  change: { readonly name?: string; readonly status?: ServiceAccount["status"] },
): Promise<Result<UpdatedAccount, AccountRefusal>> {
  const outcome = decideInRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const target = await targetOf(deps, actor, id, now);
    if (!target.ok) return target;
    const { account } = target.value;
    const isEnabled = change.status === "active" && account.status === "disabled";
    const raise = isEnabled ? await enabling(deps.roles, target.value) : null;
    const decided = { actor, now, version: account.version, raise };
    if (!(await deps.serviceAccounts.update(id, change, decided))) return "moved";
    const updated = await deps.serviceAccounts.find(id);
    return updated === null ? err("not_found") : ok({ account: updated, ended: endedBy(raise) });
  });
  return thenTell(deps, { kind: "account", id }, outcome);
}

/** A disabled account could do nothing; an enabled one can do all that its roles grant. */
const enabling = (roles: Roles, { account, secrets }: WithSecrets): Promise<Raise> =>
  decideRaise(
    roles,
    [{ account: { ...account, permissions: [] }, secrets }],
    () => account.permissions,
  );
