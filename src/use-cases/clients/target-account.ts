import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { WithSecrets } from "../access/ports.ts";
import type { ClientSecretDeps } from "./new-secret.ts";

/** The account, unless it may do something that whoever asks may not. */
export async function targetOf(
  deps: ClientSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
  now: number,
): Promise<Result<WithSecrets, "forbidden" | "not_found">> {
  const found = await deps.serviceAccounts.withSecrets(id, now);
  if (found === null) return err("not_found");
  return covers(actor.permissions, found.account.permissions) ? ok(found) : err("forbidden");
}

export type Refusal = "forbidden" | "not_found" | "conflict";
