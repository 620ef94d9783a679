import type { Actor } from "../../domain/access/actor.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { LoginThrottle } from "../credentials/ports.ts";
import type { Clock } from "../outside.ts";
import {
  type ChangeUserDeps,
  changeUser,
  refusalOf,
  targetOf,
  type UserRefusal,
} from "./change-user.ts";

export type UpdateUserDeps = ChangeUserDeps & {
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
};

/**
 * Changes an account's name and status. Disabled, it has no session left when this returns.
 * Setting it active, even when it was, also reopens password sign-in after too many failures.
 */
export async function updateUser(
  deps: UpdateUserDeps,
  actor: Actor,
  userId: UserId,
  { name, status }: { readonly name?: string | null; readonly status?: User["status"] },
): Promise<Result<User, UserRefusal>> {
  const target = await targetOf(deps, actor, userId, null);
  if (!target.ok) return target;
  if (status !== undefined) {
    const change = { kind: "set_status", status } as const;
    const changed = await changeUser(deps, actor, userId, change, target.value);
    if (!changed.ok) return changed;
    if (status === "active") await deps.throttle.clear(target.value.email);
  }
  if (name !== undefined && !(await deps.users.rename(userId, name, deps.clock(), actor))) {
    return err(await refusalOf(deps, actor, "not_found"));
  }
  const found = await deps.users.findById(userId);
  return found === null ? err("not_found") : ok(found.user);
}
