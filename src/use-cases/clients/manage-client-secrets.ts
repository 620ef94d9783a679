import type { Actor } from "../../domain/access/actor.ts";
import { covers } from "../../domain/access/permission.ts";
import { makerName, type ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { inRounds } from "../access/may-grant.ts";
import type { Actors, WithSecrets } from "../access/ports.ts";
import type { Clock } from "../outside.ts";
import type { ClientSecretCodec } from "./authenticate-client.ts";
import type { NewClientSecret, ServiceAccounts } from "./ports.ts";

export type ClientSecretDeps = {
  readonly actors: Actors;
  readonly serviceAccounts: ServiceAccounts;
  readonly clientSecrets: ClientSecretCodec;
  readonly clock: Clock;
  readonly newSecretId: () => string;
  /** Milliseconds for which older secrets go on beside a new one. */
  readonly clientSecretOverlap: number;
};

type Refusal = "forbidden" | "not_found" | "conflict";

/** The account, and its secret: the only time it is ever told. */
export type MadeSecret = {
  readonly account: ServiceAccount;
  readonly secret: string;
  readonly secretId: string;
};

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

/** Ends one secret of an account at once; the others go on. */
export async function endClientSecret(
  deps: ClientSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
  secretId: string,
): Promise<Result<null, Refusal>> {
  return inRounds(deps.actors, actor, async () => {
    const now = deps.clock();
    const target = await targetOf(deps, actor, id, now);
    if (!target.ok) return target;
    const { account, secrets } = target.value;
    if (!secrets.some((secret) => secret.id === secretId)) return err("not_found");
    const act = { actor, now, version: account.version };
    const isEnded = await deps.serviceAccounts.endSecret(id, secretId, act);
    return isEnded ? ok(null) : "moved";
  });
}

/** A secret as it is told, and what is kept of it. */
export function newSecret(
  deps: Pick<ClientSecretDeps, "clientSecrets" | "newSecretId">,
  actor: Actor,
): { readonly secret: string; readonly stored: NewClientSecret } {
  const { secret, hash } = deps.clientSecrets.create();
  // People are judged by what they may do when it matters; of others it cannot be told then.
  const had = actor.kind === "user" ? null : actor.permissions;
  const maker = { name: makerName(actor), had };
  return { secret, stored: { id: deps.newSecretId(), hash, maker } };
}

/** The account, unless it may do something that whoever asks may not. */
export async function targetOf(
  deps: ClientSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
  now: number,
): Promise<Result<WithSecrets, "forbidden" | "not_found">> {
  const found = await deps.serviceAccounts.withSecrets(id, now);
  if (found === null) return err("not_found");
  return covers(actor.permissions, found.account.permissions) ? ok(found) : err("forbidden");
}
