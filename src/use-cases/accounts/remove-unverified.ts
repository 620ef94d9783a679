import { type Actor, SYSTEM } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import { tellEach } from "../tell-each.ts";
import type { Accounts, Users } from "./ports.ts";

/** Accounts removed in a run, at most: the feeds are worked off by the same invocation. */
const BATCH = 50;

export type RemoveUnverifiedDeps = {
  readonly users: Pick<Users, "expired">;
  readonly accounts: Pick<Accounts, "change">;
  readonly clock: Clock;
  readonly newChangeId: () => string;
  readonly requireVerifiedEmail: boolean;
  /** Called with an account that could not be reached, and why: the next run tries again. */
  readonly notCaughtUp: (userId: UserId, error: unknown) => void;
};

/**
 * Removes accounts that could never be used, since nobody verified their address in time. Each on
 * the version that was read: one that is verified meanwhile stays.
 */
export async function removeUnverified(
  deps: RemoveUnverifiedDeps,
  _actor: Actor,
): Promise<Ok<number>> {
  const { users, accounts, clock, newChangeId, requireVerifiedEmail } = deps;
  const begun = clock();
  const expired = await users.expired(begun, BATCH, requireVerifiedEmail);
  const change = { kind: "delete", reason: "never_verified" } as const;
  const cause = causeOf(SYSTEM);
  const { failed, left } = await tellEach(expired, begun, clock, async ({ id, version }) => {
    await accounts.change(id, { changeId: newChangeId(), change, ifVersion: version, cause });
  });
  for (const [{ id }, error] of failed) deps.notCaughtUp(id, error);
  return ok(expired.length - failed.size - left.size);
}
