import type { Actor } from "../../domain/access/actor.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Result } from "../../domain/result.ts";
import { changeTarget, type ManageUsersDeps, type Refusal } from "./change-user.ts";

/** Gives or takes a role. Either needs every permission that the role carries. */
export async function setUserRole(
  deps: ManageUsersDeps,
  actor: Actor,
  userId: UserId,
  role: string,
  wanted: "assign_role" | "remove_role",
): Promise<Result<null, Refusal>> {
  return changeTarget(deps, actor, userId, { kind: wanted, role });
}
