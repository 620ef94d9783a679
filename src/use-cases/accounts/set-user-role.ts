import type { Actor } from "../../domain/access/actor.ts";
import type { UserId } from "../../domain/ids.ts";
import { ok, type Result } from "../../domain/result.ts";
import { type ChangeUserDeps, changeUser, type UserRefusal } from "./change-user.ts";

/** Gives or takes a role. Either needs every permission that the role grants. */
export async function setUserRole(
  deps: ChangeUserDeps,
  actor: Actor,
  userId: UserId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<null, UserRefusal>> {
  const changed = await changeUser(deps, actor, userId, { kind: wanted, role });
  return changed.ok ? ok(null) : changed;
}
