import type { Actor, Person } from "../../../domain/access/actor.ts";
import { type HeldFactors, isConfirmed } from "../../../domain/credentials/factor.ts";
import type { UserId } from "../../../domain/ids.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import type { Credentials, Factors } from "../../credentials/ports.ts";

type ListDeps = { readonly factors: Factors; readonly users: Pick<Credentials, "findById"> };

/** One's own second factors, those that were confirmed. */
export async function listOwnFactors(
  { factors }: Pick<ListDeps, "factors">,
  { userId }: Person,
): Promise<Result<HeldFactors, "not_found">> {
  const held = await factors.listFactors(userId);
  if (held === null) return err("not_found");
  return ok(confirmed(held));
}

/** Those of an account. An id without a row never reaches a user's object. */
export async function listUserFactors(
  deps: ListDeps,
  _actor: Actor,
  userId: UserId,
): Promise<Result<HeldFactors, "not_found">> {
  if ((await deps.users.findById(userId)) === null) return err("not_found");
  const held = await deps.factors.listFactors(userId);
  // Of an account that may not act, nothing is asked and nothing told.
  if (held === null) return ok({ factors: [], recoveryCodesLeft: 0 });
  return ok(confirmed(held));
}

const confirmed = (held: HeldFactors): HeldFactors => ({
  ...held,
  factors: held.factors.filter(isConfirmed),
});
