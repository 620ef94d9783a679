import type { Actor } from "../../domain/access/actor.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Credentials } from "../credentials/ports.ts";

/** An account as D1 records it. */
export async function findUser(
  deps: { readonly users: Pick<Credentials, "findById"> },
  _actor: Actor,
  userId: UserId,
): Promise<Result<User, "not_found">> {
  const found = await deps.users.findById(userId);
  return found === null ? err("not_found") : ok(found.user);
}
