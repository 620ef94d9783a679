import type { Actor } from "../../domain/access/actor.ts";
import type { ClientSecret } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { ServiceAccounts } from "./ports.ts";

/** The living secrets of an account, the oldest first. */
export async function listClientSecrets(
  deps: { readonly serviceAccounts: ServiceAccounts; readonly clock: Clock },
  _actor: Actor,
  id: ServiceAccountId,
): Promise<Result<readonly ClientSecret[], "not_found">> {
  const found = await deps.serviceAccounts.withSecrets(id, deps.clock());
  return found === null ? err("not_found") : ok(found.secrets);
}
