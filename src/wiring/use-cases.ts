import type { Config } from "../core/config/config.ts";
import { FIRST_PARTY_CLIENT } from "../core/config/constants.ts";
import { liveness } from "../core/memory/liveness.ts";
import { refreshTokenCodec } from "../core/security/refresh-token-codec.ts";
import { timedSigner } from "../core/telemetry/current-request.ts";
import { tellingHolders } from "../use-cases/clients/tell-programs.ts";
import { liveAuthority } from "../use-cases/tokens/live-authority.ts";
import { wireAccess } from "./access.ts";
import { wireAccountFlows } from "./account-flows.ts";
import { wireAccounts } from "./accounts.ts";
import { wireClients } from "./clients.ts";
import type { wireCredentials } from "./credentials.ts";
import { wireEvents } from "./events.ts";
import { wireFactors } from "./factors.ts";
import { wireKeys } from "./keys.ts";
import type { wireMail } from "./mail.ts";
import type { Outside } from "./outside.ts";
import { wireSessions } from "./sessions.ts";
import type { Stores } from "./stores.ts";
import { wireTokens } from "./tokens.ts";

/** What is neither kept here nor asked of the clock: passwords and mail. */
type Trade = ReturnType<typeof wireCredentials> & ReturnType<typeof wireMail>;

/** The use cases by subject, over whatever keeps the contracts of the stores. */
export function wireUseCases(config: Config, outside: Outside, stores: Stores, trade: Trade) {
  const { ring, keys } = wireKeys(config, outside, stores);
  const parts = {
    ...outside,
    ...stores,
    ...trade,
    issuer: config.issuer,
    audience: config.audience,
    clientId: FIRST_PARTY_CLIENT,
    auditRetention: config.auditRetention,
    accessTokenTtl: config.accessTokenTtl,
    stepUpMaxAge: config.stepUpMaxAge,
    isPrivate: config.registration === "private",
    requireVerifiedEmail: config.requireVerifiedEmail,
    refreshTokens: refreshTokenCodec(config.secrets),
    liveness: liveness(
      (claims, withEmail) => liveAuthority(stores, claims, withEmail),
      outside.clock,
    ),
    signer: timedSigner(ring),
    verifier: ring,
    thenTellHolders: tellingHolders({ ...stores, ...outside }),
  };
  const useCases = {
    access: wireAccess(parts),
    accounts: wireAccounts(parts),
    accountFlows: wireAccountFlows(parts),
    clients: wireClients(config, parts),
    events: wireEvents(parts),
    factors: wireFactors(parts),
    keys,
    sessions: wireSessions(parts),
    tokens: wireTokens(parts),
  };
  return { ring, useCases };
}
