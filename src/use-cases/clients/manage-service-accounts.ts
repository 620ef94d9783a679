import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { mayBecome, NO_RIGHTS, rightsOf } from "../../domain/access/rights.ts";
import { rolesAfter } from "../../domain/access/role.ts";
import type { ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { raiseOf } from "../access/end-secrets.ts";
import { inRounds, mayGrant, mayMakeWith } from "../access/may-grant.ts";
import type { Raise, Roles, WithSecrets } from "../access/ports.ts";
import {
  type ClientSecretDeps,
  type MadeSecret,
  newSecret,
  targetOf,
} from "./manage-client-secrets.ts";

export type ManageServiceAccountsDeps = ClientSecretDeps & {
  readonly roles: Roles;
  readonly newServiceAccountId: () => ServiceAccountId;
};

type Refusal = "forbidden" | "not_found" | "no_such_role" | "too_many_permissions" | "conflict";

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

/**
 * Renames, disables or enables. Disabled, it is refused wherever its row is asked for; enabled, it
 * comes to do what it could not.
 *
 * @returns the account, and the ids of the secrets that ended with it
 */
export async function updateServiceAccount(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
  change: { readonly name?: string; readonly status?: ServiceAccount["status"] },
): Promise<Result<{ account: ServiceAccount; ended: readonly string[] }, Refusal>> {
  return inRounds(deps.actors, actor, async () => {
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
}

/** Whoever may do everything need not look first, and so can delete a row that nobody can read. */
export async function deleteServiceAccount(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<null, Refusal>> {
  const looksFirst = !covers(actor.permissions, ["*"]);
  return inRounds(deps.actors, actor, async () => {
    const target = looksFirst ? await targetOf(deps, actor, id, deps.clock()) : null;
    if (target?.ok === false) return target;
    const version = target?.value.account.version ?? null;
    const outcome = await deps.serviceAccounts.remove(id, actor, version);
    if (outcome === "moved") return outcome;
    return outcome === "removed" ? ok(null) : err(outcome);
  });
}

/**
 * Gives or takes a role. Either needs every permission that the role carries.
 *
 * @returns the ids of the secrets that ended with it
 */
export async function setServiceAccountRole(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<readonly string[], Refusal>> {
  return inRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const found = await deps.serviceAccounts.withSecrets(id, now);
    if (found === null) return err("not_found");
    const { account } = found;
    const names = rolesAfter(account.roles, { kind: wanted, role });
    const allowed = await mayGrant(deps.roles, actor, [
      ...new Set([...account.roles, ...names, role]),
    ]);
    if (!allowed.ok) return allowed;
    if (names.length === account.roles.length) return ok([]);
    const before = rightsOf(account.roles, allowed.value);
    const after = rightsOf(names, allowed.value);
    if (!mayBecome(before, after)) return err("too_many_permissions");
    const isRaise = !covers(before.permissions, after.permissions);
    const raise = isRaise ? await raiseOf(deps.roles, [found], () => after.permissions) : null;
    const roles = [...allowed.value.values()].filter(({ name }) => names.includes(name));
    const decided = { actor, now, version: account.version, raise };
    const isMade = await deps.serviceAccounts.setRole(id, role, roles, decided);
    return isMade ? ok(endedBy(raise)) : "moved";
  });
}

/** Disabled it could do nothing; enabled it can do all that its roles grant. */
const enabling = (roles: Roles, { account, secrets }: WithSecrets): Promise<Raise> =>
  raiseOf(
    roles,
    [{ account: { ...account, permissions: [] }, secrets }],
    () => account.permissions,
  );

const endedBy = (raise: Raise | null): readonly string[] => raise?.ended ?? [];
