import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccount } from "../../domain/clients/service-account.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { ServiceAccounts } from "./ports.ts";

/** Every service account, the oldest first, without its permissions. */
export async function listServiceAccounts(
  deps: { readonly serviceAccounts: ServiceAccounts },
  _actor: Actor,
): Promise<Ok<readonly Omit<ServiceAccount, "permissions">[]>> {
  return ok(await deps.serviceAccounts.list());
}
