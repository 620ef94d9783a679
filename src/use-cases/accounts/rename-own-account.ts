import type { Person } from "../../domain/access/actor.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { Result } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import { findUser } from "./find-user.ts";
import type { Users } from "./ports.ts";

/** Changes one's own name. It needs no permission. */
export async function renameOwnAccount(
  deps: { readonly users: Users; readonly clock: Clock },
  actor: Person,
  { name }: { readonly name?: string | null | undefined },
): Promise<Result<User, "not_found">> {
  if (name !== undefined) await deps.users.rename(actor.userId, name, deps.clock(), actor, true);
  return findUser(deps, actor, actor.userId);
}
