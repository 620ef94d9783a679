import type { Actor } from "../../domain/access/actor.ts";
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

/** A new secret of an account, to be shown once, and what is stored of it. */
export function newSecret(
  deps: NewSecretDeps,
  actor: Actor,
  id: ServiceAccountId,
): { readonly secret: string; readonly stored: NewClientSecret } {
  const { secret, hash } = deps.clientSecrets.create(id);
  // A person is judged by their roles when it matters; what a program could do is kept, since its
  // holders may change.
  const had = actor.kind === "user" ? null : actor.permissions;
  const maker = { name: makerName(actor), had };
  return { secret, stored: { id: deps.newSecretId(), hash, maker } };
}
