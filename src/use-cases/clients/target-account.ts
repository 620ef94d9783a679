import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Actors, Raise, WithSecrets } from "../access/ports.ts";
import type { ServiceAccounts } from "./ports.ts";
import type { TellDeps } from "./tell-programs.ts";

export type ChangeAccountDeps = TellDeps & {
  readonly actors: Actors;
  readonly serviceAccounts: ServiceAccounts;
};

export type AccountRefusal = "forbidden" | "not_found" | "conflict";

/** The account, unless it holds a permission that the actor lacks. */
export async function targetOf(
  deps: ChangeAccountDeps,
  actor: Actor,
  id: ServiceAccountId,
  now: number,
): Promise<Result<WithSecrets, "forbidden" | "not_found">> {
  const found = await deps.serviceAccounts.withSecrets(id, now);
  if (found === null) return err("not_found");
  return covers(actor.permissions, found.account.permissions) ? ok(found) : err("forbidden");
}

/** The ids of the secrets that a change ended. */
export const endedBy = (raise: Raise | null): readonly string[] => raise?.ended ?? [];
