import type { Actor } from "../../domain/access/actor.ts";
import { mayBecome, NO_RIGHTS, rightsOf } from "../../domain/access/rights.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { inRounds } from "../access/decide-in-rounds.ts";
import { mayMakeWith } from "../access/may-grant.ts";
import type { ManageServiceAccountsDeps, Refusal } from "./manage-deps.ts";
import { type MadeSecret, newSecret } from "./new-secret.ts";

/** Makes a service account that may do nothing its maker may not. */
export async function createServiceAccount(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  input: { readonly name: string; readonly roles: readonly string[] },
): Promise<Result<MadeSecret, Refusal | "too_many_service_accounts">> {
  const names = [...new Set(input.roles)];
  return inRounds(deps.actors, actor, async () => {
    const allowed = await mayMakeWith(deps.roles, actor, names);
    if (!allowed.ok) return allowed;
    if (!mayBecome(NO_RIGHTS, rightsOf(names, allowed.value))) return err("too_many_permissions");
    const id = deps.newServiceAccountId();
    const { secret, stored } = newSecret(deps, actor);
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
