import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { type AccountRefusal, type ChangeAccountDeps, targetOf } from "./target-account.ts";
import { thenTell } from "./tell-programs.ts";

/** Ends one secret of an account at once; the others go on. */
export async function endClientSecret(
  deps: ChangeAccountDeps,
  actor: Actor,
  id: ServiceAccountId,
  secretId: string,
): Promise<Result<null, AccountRefusal>> {
  const change = decideInRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const target = await targetOf(deps, actor, id, now);
    if (!target.ok) return target;
    const { account, secrets } = target.value;
    if (!secrets.some((secret) => secret.id === secretId)) return err("not_found");
    const act = { actor, now, version: account.version };
    const isEnded = await deps.serviceAccounts.endSecret(id, secretId, act);
    return isEnded ? ok(null) : "moved";
  });
  return thenTell(deps, { kind: "account", id }, change);
}
