import type { Actor } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "./decide-in-rounds.ts";
import { editable, editBy, type ManageRolesDeps } from "./editable-role.ts";

/** Removes a role that nobody holds. */
export async function removeRole(
  deps: ManageRolesDeps,
  actor: Actor,
  name: string,
): Promise<Result<null, "forbidden" | "not_found" | "conflict" | "role_in_use">> {
  const removal = decideInRounds(deps.actors, actor, async () => {
    const found = await editable(deps, actor, name);
    if (!found.ok) return found;
    const outcome = await deps.roles.remove(found.value, editBy(deps, actor));
    if (outcome === "moved") return outcome;
    if (outcome !== "removed") return err(outcome);
    deps.catalogue.forget();
    return ok(null);
  });
  return deps.thenTellHolders(name, removal);
}
