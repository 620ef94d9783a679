import type { ClientSecret } from "../../../domain/clients/service-account.ts";
import type { MadeSecret } from "../../../use-cases/clients/new-secret.ts";
import { time, timeOrNull } from "../time.ts";
import { serviceAccountOnWire } from "./service-accounts.ts";

/** The secret is shown this once. */
export const madeOnWire = ({ account, secret, secretId }: MadeSecret) => ({
  service_account: serviceAccountOnWire(account),
  client_id: account.id,
  client_secret: secret,
  secret_id: secretId,
});

/** What is recorded of a secret, without its hash. */
export const clientSecretOnWire = (secret: ClientSecret) => ({
  id: secret.id,
  created_by: secret.maker.name,
  created_at: time(secret.createdAt),
  last_used_at: timeOrNull(secret.lastUsedAt),
  expires_at: timeOrNull(secret.expiresAt),
});

/** The ids of the secrets that a raise ended, where it ended some. */
export const endedOnWire = (ended: readonly string[]) =>
  ended.length === 0 ? {} : { ended_secrets: ended };
