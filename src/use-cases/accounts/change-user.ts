import type { Actor } from "../../domain/access/actor.ts";
import { fitsLimits, rightsOf } from "../../domain/access/rights.ts";
import { rolesAfter } from "../../domain/access/role.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { User } from "../../domain/accounts/user.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { mayGrant, mayHandle } from "../access/may-grant.ts";
import type { Actors, Roles } from "../access/ports.ts";
import { Impossible } from "../outside.ts";
import type { Accounts, ChangeAnswer, Users } from "./ports.ts";

export type ChangeUserDeps = {
  readonly actors: Actors;
  readonly users: Users;
  readonly accounts: Accounts;
  readonly roles: Roles;
  readonly newChangeId: () => string;
};

export type UserRefusal =
  | "forbidden"
  | "not_found"
  | "no_such_role"
  | "last_admin"
  | "too_many_permissions"
  | "conflict";

/** The outcome of a change, and the account as it was read before. */
export type Changed = Pick<DoneAnswer, "authority" | "updatedAt"> & { readonly looked: User };

type DoneAnswer = Extract<ChangeAnswer, { kind: "done" }>;

/**
 * Makes a change, conditional on the version of the account that it was allowed for.
 *
 * @param first the account, if it was read and allowed for this change already
 */
export async function changeUser(
  deps: ChangeUserDeps,
  actor: Actor,
  userId: UserId,
  change: AccountChange,
  first: User | null = null,
): Promise<Result<Changed, UserRefusal>> {
  let atHand = first;
  return decideInRounds<Result<Changed, UserRefusal>>(deps.actors, actor, async () => {
    const target = atHand === null ? await targetOf(deps, actor, userId, change) : ok(atHand);
    atHand = null;
    if (!target.ok) return target;
    const { version: ifVersion } = target.value;
    const cause = causeOf(actor);
    const command = { changeId: deps.newChangeId(), change, ifVersion, by: actor, cause };
    const answer = await deps.accounts.change(userId, command);
    if (answer.kind === "done") return ok({ ...answer, looked: target.value });
    // The role may be gone, or have gained permissions since the check.
    if (answer.kind === "conflict" || answer.kind === "no_such_role") return "moved";
    if (answer.kind === "email_taken") throw new Impossible("address_not_asked_for");
    return err(await refusalOf(deps, actor, answer.kind));
  });
}

/** Why a change was not made: the actor may have lost the permission meanwhile. */
export async function refusalOf<R extends string>(
  { actors }: ChangeUserDeps,
  actor: Actor,
  refusal: R,
): Promise<R | "forbidden"> {
  return (await actors.stillAct(actor)) ? refusal : "forbidden";
}

/** The account, unless it holds a permission that the actor lacks or would exceed the limits. */
export async function targetOf(
  deps: Pick<ChangeUserDeps, "users" | "roles">,
  actor: Actor,
  userId: UserId,
  change: AccountChange | null,
): Promise<Result<User, UserRefusal>> {
  const credential = await deps.users.findById(userId);
  if (credential === null) return err("not_found");
  const { user } = credential;
  const after = rolesAfter(user.roles, change);
  const allowed = await mayGrant(deps.roles, actor, [...new Set([...user.roles, ...after])]);
  if (!allowed.ok) return allowed;
  const given = change?.kind === "assign_role" ? allowed.value.get(change.role) : undefined;
  if (!mayHandle(actor, given)) return err("forbidden");
  const rights = (roles: readonly string[]) => rightsOf(roles, allowed.value);
  const fits = fitsLimits(rights(user.roles), rights(after));
  return fits ? ok(user) : err("too_many_permissions");
}
