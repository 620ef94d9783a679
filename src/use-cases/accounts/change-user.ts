import type { Actor } from "../../domain/access/actor.ts";
import { mayBecome, rightsOf } from "../../domain/access/rights.ts";
import { rolesAfter } from "../../domain/access/role.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { inRounds } from "../access/decide-in-rounds.ts";
import { mayGrant } from "../access/may-grant.ts";
import type { Actors, Roles } from "../access/ports.ts";
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

/** The outcome of a change, and the account as it was looked at before. */
export type Changed = Pick<DoneAnswer, "authority" | "updatedAt"> & { readonly looked: User };

type DoneAnswer = Extract<ChangeAnswer, { kind: "done" }>;

/**
 * Makes a change that was allowed of the very version it is made to.
 *
 * @param first a look at the account that is good for this change, where there was one
 */
export async function changeUser(
  deps: ChangeUserDeps,
  actor: Actor,
  userId: UserId,
  change: AccountChange,
  first: User | null = null,
): Promise<Result<Changed, UserRefusal>> {
  let atHand = first;
  return inRounds<Result<Changed, UserRefusal>>(deps.actors, actor, async () => {
    const target = atHand === null ? await targetOf(deps, actor, userId, change) : ok(atHand);
    atHand = null;
    if (!target.ok) return target;
    const { version: ifVersion } = target.value;
    const command = { changeId: deps.newChangeId(), change, ifVersion, by: actor };
    const answer = await deps.accounts.change(userId, command);
    if (answer.kind === "done") return ok({ ...answer, looked: target.value });
    // A role that was to be given may be gone, or grant more than when it was looked at.
    if (answer.kind === "conflict" || answer.kind === "no_such_role") return "moved";
    return err(await refusalOf(deps, actor, answer.kind));
  });
}

/** Why a change was not made: perhaps whoever asked lost the right while they were asking. */
export async function refusalOf<R extends string>(
  { actors }: ChangeUserDeps,
  actor: Actor,
  refusal: R,
): Promise<R | "forbidden"> {
  return (await actors.stillAct(actor)) ? refusal : "forbidden";
}

/** The account, unless it may do something that whoever asks may not, or would hold too much. */
export async function targetOf(
  deps: ChangeUserDeps,
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
  const rights = (roles: readonly string[]) => rightsOf(roles, allowed.value);
  // Taking is never refused, though what a wildcard had covered may then be much.
  const isGiven = after.length > user.roles.length;
  const fits = !isGiven || mayBecome(rights(user.roles), rights(after));
  return fits ? ok(user) : err("too_many_permissions");
}
