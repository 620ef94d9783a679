import { type Actor, SYSTEM } from "../../domain/access/actor.ts";
import { isUsable } from "../../domain/accounts/user.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type Clock, Impossible } from "../outside.ts";
import { tellEach } from "../tell-each.ts";
import type { Accounts, ExpiredUser, Users } from "./ports.ts";

/** Accounts removed in a run, at most: the feeds are worked off by the same invocation. */
const BATCH = 50;

/** Accounts kept for good in a run, at most. */
const KEPT_AT_ONCE = 1_000;

/** Milliseconds after which one that did not go is tried again. */
const PATIENCE = 24 * 60 * 60 * 1_000;

export type RemoveUnverifiedDeps = {
  readonly users: Pick<Users, "takeExpired" | "keepThoseWithPassword" | "keep">;
  readonly accounts: Pick<Accounts, "change">;
  readonly clock: Clock;
  readonly newChangeId: () => string;
  readonly requireVerifiedEmail: boolean;
  /** Called with an account that did not go, and why: a run of the next day tries again. */
  readonly notCaughtUp: (userId: UserId, error: unknown) => void;
};

/**
 * Removes accounts that could never be used, since nobody verified their address in time. One that
 * somebody may be using by now stays for good.
 *
 * @returns how many are gone
 */
export async function removeUnverified(
  deps: RemoveUnverifiedDeps,
  _actor: Actor,
): Promise<Ok<number>> {
  const { users, clock, requireVerifiedEmail } = deps;
  const begun = clock();
  // At once, and not when their time is over: by then addresses may have to be verified again.
  if (!requireVerifiedEmail) await users.keepThoseWithPassword(KEPT_AT_ONCE);
  const expired = await users.takeExpired(begun, BATCH, begun + PATIENCE);
  const used = expired.filter((user) => isUsable(user, requireVerifiedEmail));
  if (used.length > 0) await users.keep(used.map(({ id }) => id));
  const unused = expired.filter((user) => !used.includes(user));
  let removed = 0;
  const { failed } = await tellEach(unused, begun, clock, async (user) => {
    if (await remove(deps, user)) removed++;
  });
  for (const [{ id }, error] of failed) deps.notCaughtUp(id, error);
  return ok(removed);
}

/**
 * On the version that was read, so that one that is verified meanwhile stays.
 *
 * @returns false for one that changed
 * @throws Impossible for one that does not go, such as one that was deleted and came back by hand
 */
async function remove(
  { accounts, newChangeId }: RemoveUnverifiedDeps,
  { id, version: ifVersion }: ExpiredUser,
): Promise<boolean> {
  const change = { kind: "delete", reason: "never_verified" } as const;
  const cause = causeOf(SYSTEM);
  const { kind } = await accounts.change(id, { changeId: newChangeId(), change, ifVersion, cause });
  if (kind !== "done" && kind !== "conflict") throw new Impossible("unverified_user_stays", kind);
  return kind === "done";
}
