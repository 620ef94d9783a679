import { type Actor, mayDoEverything } from "../../domain/access/actor.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { type AccountRefusal, type ChangeAccountDeps, targetOf } from "./target-account.ts";
import { thenTell } from "./tell-programs.ts";

/** Whoever holds `*` need not read the row, and so can delete one that is unreadable. */
export async function deleteServiceAccount(
  deps: ChangeAccountDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<null, AccountRefusal>> {
  const looksFirst = !mayDoEverything(actor);
  const change = decideInRounds(deps.actors, actor, async () => {
    const target = looksFirst ? await targetOf(deps, actor, id, deps.clock()) : null;
    if (target?.ok === false) return target;
    const version = target?.value.account.version ?? null;
    const outcome = await deps.serviceAccounts.remove(id, actor, version);
    if (outcome === "moved") return outcome;
    return outcome === "removed" ? ok(null) : err(outcome);
  });
  return thenTell(deps, { kind: "account", id }, change);
}
