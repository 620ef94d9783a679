import type { Actor } from "../../domain/access/actor.ts";
import type { User } from "../../domain/accounts/user.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { UserQuery, Users } from "./ports.ts";

/** @property last the last user of this page when another follows, or null */
export type UserPage = { readonly users: readonly User[]; readonly last: User | null };

/** A page of the accounts, newest first. */
export async function listUsers(
  deps: { readonly users: Pick<Users, "list"> },
  _actor: Actor,
  query: UserQuery,
): Promise<Ok<UserPage>> {
  const { limit } = query;
  const found = await deps.users.list({ ...query, limit: limit + 1 });
  const users = found.slice(0, limit);
  return ok({ users, last: found.length > limit ? (users.at(-1) ?? null) : null });
}
