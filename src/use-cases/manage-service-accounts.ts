import type { Actor } from "../domain/actor.ts";
import type { ServiceAccountId } from "../domain/ids.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ServiceAccount } from "../domain/service-account.ts";
import type { ClientSecretCodec } from "./authenticate-client.ts";
import { mayGrant, mayMakeWith } from "./may-grant.ts";
import type { Clock, Roles, ServiceAccounts } from "./ports.ts";

export type ManageServiceAccountsDeps = {
  readonly serviceAccounts: ServiceAccounts;
  readonly clientSecrets: ClientSecretCodec;
  readonly roles: Roles;
  readonly clock: Clock;
  readonly newServiceAccountId: () => ServiceAccountId;
  readonly newSecretId: () => string;
  /** Milliseconds for which older secrets go on beside a new one. */
  readonly clientSecretOverlap: number;
};

/** A change is decided again when its account changed after the decision. */
const MAX_ROUNDS = 3;

type Refusal = "forbidden" | "not_found" | "no_such_role";

/** The account, and its secret: the only time it is ever told. */
export type WithSecret = { readonly account: ServiceAccount; readonly secret: string };

/** Makes a service account that may do nothing its maker may not. */
export async function createServiceAccount(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  { name, roles }: { readonly name: string; readonly roles: readonly string[] },
): Promise<Result<WithSecret, Refusal>> {
  const allowed = await mayMakeWith(deps.roles, actor, roles);
  if (!allowed.ok) return allowed;
  const id = deps.newServiceAccountId();
  const { secret, hash } = deps.clientSecrets.create();
  const now = deps.clock();
  const outcome = await deps.serviceAccounts.create({
    id,
    name,
    roles: [...new Set(roles)],
    secret: { id: deps.newSecretId(), hash },
    now,
  });
  if (outcome === "no_such_role") return err("no_such_role");
  return withSecret(deps, id, secret);
}

/**
 * Makes a further secret; the one before goes on for the overlap, so that clients can change over.
 * It is made for the very version of the account that was looked at: the secret of one that was
 * raised meanwhile is not for whoever could only have had the lesser.
 */
export async function rotateClientSecret(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<WithSecret, Refusal | "conflict">> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const target = await targetOf(deps, actor, id);
    if (!target.ok) return target;
    const { secret, hash } = deps.clientSecrets.create();
    const now = deps.clock();
    const stored = { id: deps.newSecretId(), hash };
    const others = now + deps.clientSecretOverlap;
    const { version } = target.value;
    const added = await deps.serviceAccounts.addSecret(id, stored, now, others, version);
    if (added) return ok({ account: target.value, secret });
  }
  return err("conflict");
}

/** Renames, disables or enables. Disabled, it is refused wherever its row is asked for. */
export async function updateServiceAccount(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
  change: { readonly name?: string; readonly status?: ServiceAccount["status"] },
): Promise<Result<ServiceAccount, Refusal>> {
  const target = await targetOf(deps, actor, id);
  if (!target.ok) return target;
  await deps.serviceAccounts.update(id, change, deps.clock());
  const updated = await deps.serviceAccounts.find(id);
  return updated === null ? err("not_found") : ok(updated);
}

export async function deleteServiceAccount(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<null, Refusal>> {
  const target = await targetOf(deps, actor, id);
  if (!target.ok) return target;
  return (await deps.serviceAccounts.remove(id)) ? ok(null) : err("not_found");
}

/** Gives or takes a role. Either needs every permission that the role carries. */
export async function setServiceAccountRole(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<null, Refusal>> {
  const allowed = await mayGrant(deps.roles, actor, [role]);
  if (!allowed.ok) return allowed;
  const target = await targetOf(deps, actor, id);
  if (!target.ok) return target;
  await deps.serviceAccounts.setRole(id, role, wanted, deps.clock());
  return ok(null);
}

/** The account, unless it may do something that whoever asks may not. */
async function targetOf(
  deps: ManageServiceAccountsDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<ServiceAccount, Refusal>> {
  const account = await deps.serviceAccounts.find(id);
  if (account === null) return err("not_found");
  const allowed = await mayGrant(deps.roles, actor, account.roles);
  return allowed.ok ? ok(account) : allowed;
}

async function withSecret(
  deps: ManageServiceAccountsDeps,
  id: ServiceAccountId,
  secret: string,
): Promise<Result<WithSecret, Refusal>> {
  const account = await deps.serviceAccounts.find(id);
  return account === null ? err("not_found") : ok({ account, secret });
}
