import { parseServiceAccountId } from "../domain/ids.ts";
import type { ServiceAccount } from "../domain/service-account.ts";
import type { Clock, ServiceAccounts } from "./ports.ts";

export interface ClientSecretCodec {
  /** A new secret, to be shown once, and what is kept of it. */
  create(): { readonly secret: string; readonly hash: string };
  matches(secret: string, hashes: readonly string[]): boolean;
}

export type ClientAuthenticationDeps = {
  readonly serviceAccounts: ServiceAccounts;
  readonly clientSecrets: ClientSecretCodec;
  readonly clock: Clock;
};

export type ClientCredentials = { readonly id: string; readonly secret: string };

/**
 * Authenticates a service account by its secret (RFC 6749, section 2.3.1).
 *
 * @returns null for anything that is not right: unknown, wrong, expired and disabled look alike
 */
export async function authenticateClient(
  deps: ClientAuthenticationDeps,
  { id, secret }: ClientCredentials,
): Promise<ServiceAccount | null> {
  const parsed = parseServiceAccountId(id);
  if (!parsed.ok) return null;
  const [account, hashes] = await Promise.all([
    deps.serviceAccounts.find(parsed.value),
    deps.serviceAccounts.secretHashes(parsed.value, deps.clock()),
  ]);
  if (!deps.clientSecrets.matches(secret, hashes)) return null;
  return account?.status === "active" ? account : null;
}
