import type { Actor } from "../../domain/access/actor.ts";
import { makerName, type ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ClientSecretCodec } from "./authenticate-client.ts";
import type { NewClientSecret } from "./ports.ts";

/** The account, and its secret: the only time it is ever told. */
export type MadeSecret = {
  readonly account: ServiceAccount;
  readonly secret: string;
  readonly secretId: string;
};

export type NewSecretDeps = {
  readonly clientSecrets: ClientSecretCodec;
  readonly newSecretId: () => string;
};

/** A secret as it is told, and what is kept of it. */
export function newSecret(
  deps: NewSecretDeps,
  actor: Actor,
): { readonly secret: string; readonly stored: NewClientSecret } {
  const { secret, hash } = deps.clientSecrets.create();
  // People are judged by what they may do when it matters; of others it cannot be told then.
  const had = actor.kind === "user" ? null : actor.permissions;
  const maker = { name: makerName(actor), had };
  return { secret, stored: { id: deps.newSecretId(), hash, maker } };
}
