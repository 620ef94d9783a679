import type { Actor } from "../../domain/access/actor.ts";
import { fitsLimits, NO_RIGHTS, rightsOf } from "../../domain/access/rights.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { mayMakeWith } from "../access/may-grant.ts";
import type { Roles } from "../access/ports.ts";
import { type MadeSecret, type NewSecretDeps, newSecret } from "./new-secret.ts";
import type { AccountRefusal, ChangeAccountDeps } from "./target-account.ts";

export type CreateServiceAccountDeps = ChangeAccountDeps &
  NewSecretDeps & {
    readonly roles: Roles;
    readonly newServiceAccountId: () => ServiceAccountId;
  };

type Refusal =
  | AccountRefusal
  | "no_such_role"
  | "too_many_permissions"
  | "too_many_service_accounts";

/** Makes a service account that may do nothing its maker may not. */
export async function createServiceAccount(
  deps: CreateServiceAccountDeps,
  actor: Actor,
  input: { readonly name: string; readonly roles: readonly string[] },
): Promise<Result<MadeSecret, Refusal>> {
  const names = [...new Set(input.roles)];
  return decideInRounds(deps.actors, actor, async () => {
    const allowed = await mayMakeWith(deps.roles, actor, names);
    if (!allowed.ok) return allowed;
    if (!fitsLimits(NO_RIGHTS, rightsOf(names, allowed.value))) return err("too_many_permissions");
    const id = deps.newServiceAccountId();
    const { secret, stored } = newSecret(deps, actor, id);
    const roles = [...allowed.value.values()];
    const now = deps.clock();
    const account = { actor, id, name: input.name, roles, secret: stored, now };
    const made = await deps.serviceAccounts.create(account);
    if (made === "too_many") return err("too_many_service_accounts");
    if (made === "moved") return made;
    const found = await deps.serviceAccounts.find(id);
    return found === null ? err("not_found") : ok({ account: found, secret, secretId: stored.id });
  });
}
