import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ServiceAccounts } from "./ports.ts";

/** A service account as it is now. */
export async function findServiceAccount(
  deps: { readonly serviceAccounts: ServiceAccounts },
  _actor: Actor,
  id: ServiceAccountId,
): Promise<Result<ServiceAccount, "not_found">> {
  const account = await deps.serviceAccounts.find(id);
  return account === null ? err("not_found") : ok(account);
}
