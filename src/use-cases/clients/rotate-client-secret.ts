import type { Actor } from "../../domain/access/actor.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { decideInRounds } from "../access/decide-in-rounds.ts";
import { type MadeSecret, type NewSecretDeps, newSecret } from "./new-secret.ts";
import { type AccountRefusal, type ChangeAccountDeps, targetOf } from "./target-account.ts";
import { thenTell } from "./tell-programs.ts";

export type RotateSecretDeps = ChangeAccountDeps &
  NewSecretDeps & {
    /** Milliseconds for which older secrets go on beside a new one. */
    readonly clientSecretOverlap: number;
  };

/**
 * Makes a further secret. The secrets that it supersedes go on for the overlap, so that clients can
 * change over, and so that repeating it after a lost reply ends nothing in use. If the account
 * changed since the check, it is decided again.
 */
export async function rotateClientSecret(
  deps: RotateSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
): Promise<Result<MadeSecret, AccountRefusal | "too_many_secrets">> {
  const change = decideInRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const target = await targetOf(deps, actor, id, now);
    if (!target.ok) return target;
    const { account } = target.value;
    const { secret, stored } = newSecret(deps, actor, id);
    const act = { actor, now, version: account.version };
    const others = now + deps.clientSecretOverlap;
    const added = await deps.serviceAccounts.addSecret(id, stored, others, act);
    if (added === "too_many") return err("too_many_secrets");
    return added === "added" ? ok({ account, secret, secretId: stored.id }) : added;
  });
  return thenTell(deps, { kind: "account", id }, change);
}
