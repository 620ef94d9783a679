import { type Actor, mayDoEverything } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { Impossible } from "../outside.ts";
import { type ChangeUserDeps, changeUser, refusalOf, type UserRefusal } from "./change-user.ts";

/**
 * Deletes an account; no session is left when this returns. Whoever holds `*` need not read the
 * row, and so can delete one that is unreadable.
 */
export async function deleteUser(
  deps: ChangeUserDeps,
  actor: Actor,
  userId: UserId,
): Promise<Result<null, UserRefusal>> {
  const change = { kind: "delete" } as const;
  if (!mayDoEverything(actor)) {
    const changed = await changeUser(deps, actor, userId, change);
    return changed.ok ? ok(null) : changed;
  }
  if (!(await deps.users.mend(userId, deps.newChangeId(), actor))) return err("not_found");
  const cause = causeOf(actor);
  const command = { changeId: deps.newChangeId(), change, ifVersion: null, by: actor, cause };
  const answer = await deps.accounts.change(userId, command);
  if (answer.kind === "done") return ok(null);
  if (answer.kind === "email_taken") throw new Impossible("address_not_asked_for");
  return err(await refusalOf(deps, actor, answer.kind));
}
