import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { inRounds } from "../access/decide-in-rounds.ts";
import { type ClientSecretDeps, type MadeSecret, newSecret } from "./new-secret.ts";
import { type Refusal, targetOf } from "./target-account.ts";

/**
 * Makes a further secret; whatever it supersedes goes on for the overlap, so that clients can
 * change over, and so that doing it again, as after a reply that was lost, ends nothing in use.
 * It is made for the very version of the account that was looked at: the secret of one that was
 * raised meanwhile is not for whoever could only have had the lesser.
 */
export async function rotateClientSecret(
  deps: ClientSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<MadeSecret, Refusal | "too_many_secrets">> {
  return inRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const target = await targetOf(deps, actor, id, now);
    if (!target.ok) return target;
    const { account } = target.value;
    const { secret, stored } = newSecret(deps, actor);
    const act = { actor, now, version: account.version };
    const others = now + deps.clientSecretOverlap;
    const added = await deps.serviceAccounts.addSecret(id, stored, others, act);
    if (added === "too_many") return err("too_many_secrets");
    return added === "added" ? ok({ account, secret, secretId: stored.id }) : added;
  });
}
