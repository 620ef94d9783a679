import type { Config } from "../core/config/config.ts";
import { CLIENT_SECRET_OVERLAP } from "../core/config/constants.ts";
import { clientSecretCodec } from "../core/security/client-secret.ts";
import {
  authenticateClient,
  type ClientCredentials,
} from "../use-cases/clients/authenticate-client.ts";
import { createServiceAccount } from "../use-cases/clients/create-service-account.ts";
import { deleteServiceAccount } from "../use-cases/clients/delete-service-account.ts";
import { endClientSecret } from "../use-cases/clients/end-client-secret.ts";
import { findServiceAccount } from "../use-cases/clients/find-service-account.ts";
import { type ClientTokenDeps, issueClientToken } from "../use-cases/clients/issue-client-token.ts";
import { listClientSecrets } from "../use-cases/clients/list-client-secrets.ts";
import { listServiceAccounts } from "../use-cases/clients/list-service-accounts.ts";
import { rotateClientSecret } from "../use-cases/clients/rotate-client-secret.ts";
import { setServiceAccountRole } from "../use-cases/clients/set-service-account-role.ts";
import { updateServiceAccount } from "../use-cases/clients/update-service-account.ts";
import { workOffProgramFeed } from "../use-cases/clients/work-off-program-feed.ts";
import { bind } from "./bind.ts";
import type { Outside } from "./outside.ts";
import type { Stores } from "./stores.ts";

export function wireClients(config: Config, given: Outside & Stores & ClientTokenDeps) {
  const deps = {
    ...given,
    clientSecrets: clientSecretCodec(config.secrets, given.random),
    clientSecretOverlap: CLIENT_SECRET_OVERLAP * 1_000,
  };
  return {
    /** Finds out who acts, and so takes no actor. */
    authenticateClient: (shown: ClientCredentials) => authenticateClient(deps, shown),
    ...bind(deps, {
      createServiceAccount,
      deleteServiceAccount,
      endClientSecret,
      findServiceAccount,
      issueClientToken,
      listClientSecrets,
      listServiceAccounts,
      rotateClientSecret,
      setServiceAccountRole,
      updateServiceAccount,
      workOffProgramFeed,
    }),
  };
}
