import { type Actor, waitsForAal2 } from "../../domain/access/actor.ts";
import { makerName, type ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import type { ClientSecretCodec } from "./authenticate-client.ts";
import type { NewClientSecret } from "./ports.ts";

/** The account, and its new secret, which is shown this once. */
export type MadeSecret = {
  readonly account: ServiceAccount;
  readonly secret: string;
  readonly secretId: string;
};

export type NewSecretDeps = {
  readonly clientSecrets: ClientSecretCodec;
  readonly newSecretId: () => string;
};

/**
 * A person is judged by their roles when it matters. What a program could do is kept, since its
 * holders may change, and what a person could while a role of theirs waited for a second factor.
 */
const isJudgedByRoles = (actor: Actor): boolean => actor.kind === "user" && !waitsForAal2(actor);

/** A new secret of an account, to be shown once, and what is stored of it. */
export function newSecret(
  deps: NewSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
): { readonly secret: string; readonly stored: NewClientSecret } {
  const { secret, hash } = deps.clientSecrets.create(id);
  const had = isJudgedByRoles(actor) ? null : actor.permissions;
  const maker = { name: makerName(actor), had };
  return { secret, stored: { id: deps.newSecretId(), hash, maker } };
}
