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
import { findUser } from "./find-user.ts";

export type UpdateUserDeps = ChangeUserDeps & {
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
};

/**
 * Changes an account's name and status. A disabled account has no session left when this returns.
 * Setting it active, even if it was, also reopens password sign-in after too many failures.
 */
export async function updateUser(
  deps: UpdateUserDeps,
  actor: Actor,
  userId: UserId,
  { name, status }: { readonly name?: string | null; readonly status?: User["status"] },
): Promise<Result<User, UserRefusal>> {
  const target = await targetOf(deps, actor, userId, null);
  if (!target.ok) return target;
  let user = target.value;
  if (status !== undefined) {
    const changed = await setStatus(deps, actor, user, status);
    if (!changed.ok) return changed;
    user = changed.value;
    if (status === "active") await deps.throttle.clear(user.email);
  }
  if (name === undefined) return ok(user);
  const updatedAt = deps.clock();
  if (await deps.users.rename(userId, name, updatedAt, actor)) {
    return ok({ ...user, name, updatedAt });
  }
  return err(await refusalOf(deps, actor, "not_found"));
}

/** @returns the account as the change left it: nothing else had changed since it was read */
async function setStatus(
  deps: UpdateUserDeps,
  actor: Actor,
  user: User,
  status: User["status"],
): Promise<Result<User, UserRefusal>> {
  const change = { kind: "set_status", status } as const;
  const changed = await changeUser(deps, actor, user.id, change, user);
  if (!changed.ok) return changed;
  const { looked, authority, updatedAt } = changed.value;
  if (updatedAt === undefined) return findUser(deps, actor, user.id);
  return ok({ ...looked, status, version: authority.version, updatedAt });
}
