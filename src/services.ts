import type { Env } from "./bindings.ts";
import { type Config, parseConfig } from "./core/config/config.ts";
import { FIRST_PARTY_CLIENT } from "./core/config/constants.ts";
import { consoleLog, type Log } from "./core/logging.ts";
import { liveness } from "./core/memory/liveness.ts";
import { refreshTokenCodec } from "./core/security/refresh-token-codec.ts";
import { tellingHolders } from "./use-cases/clients/tell-programs.ts";
import { liveAuthority } from "./use-cases/tokens/live-authority.ts";
import { wireAccess } from "./wiring/access.ts";
import { wireAccountFlows } from "./wiring/account-flows.ts";
import { wireAccounts } from "./wiring/accounts.ts";
import { wireClients } from "./wiring/clients.ts";
import { wireCredentials } from "./wiring/credentials.ts";
import { wireEvents } from "./wiring/events.ts";
import { wireHealth } from "./wiring/health.ts";
import { wireKeys } from "./wiring/keys.ts";
import { wireMail } from "./wiring/mail.ts";
import { wireOutside } from "./wiring/outside.ts";
import { wireSessions } from "./wiring/sessions.ts";
import { wireStores } from "./wiring/stores.ts";
import { wireTokens } from "./wiring/tokens.ts";

/** What routes and RPC calls have: use cases by subject, and no port. */
export type Services = ReturnType<typeof wire>;

/** Per isolate and environment: configuration is parsed and caches are made once. */
const wired = new WeakMap<Env, Services | "misconfigured">();

/** The composition root. A wrong configuration is logged once, and nothing is served with it. */
export function servicesOf(env: Env): Services | "misconfigured" {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const parsed = parseConfig(env);
  if (!parsed.ok) consoleLog.error({ event: "misconfigured", problems: parsed.problems });
  const services = parsed.ok ? wire(env, parsed.value, consoleLog) : "misconfigured";
  wired.set(env, services);
  return services;
}

function wire(env: Env, config: Config, log: Log) {
  const outside = wireOutside(log);
  const stores = wireStores(env, config, outside);
  const { ring, keys } = wireKeys(config, outside, stores);
  const parts = {
    ...outside,
    ...stores,
    ...wireCredentials(config, outside),
    ...wireMail(env, config, outside),
    issuer: config.issuer,
    audience: config.audience,
    clientId: FIRST_PARTY_CLIENT,
    auditRetention: config.auditRetention,
    accessTokenTtl: config.accessTokenTtl,
    isPrivate: config.registration === "private",
    requireVerifiedEmail: config.requireVerifiedEmail,
    refreshTokens: refreshTokenCodec(config.secrets),
    liveness: liveness(
      (claims, withEmail) => liveAuthority(stores, claims, withEmail),
      outside.clock,
    ),
    signer: ring,
    verifier: ring,
    thenTellHolders: tellingHolders({ ...stores, ...outside }),
  };
  return {
    config,
    log,
    limits: { address: env.ADDRESS_LIMIT, shared: env.SHARED_LIMIT, client: env.CLIENT_LIMIT },
    readiness: wireHealth(env, outside, stores, ring),
    access: wireAccess(parts),
    accounts: wireAccounts(parts),
    accountFlows: wireAccountFlows(parts),
    clients: wireClients(config, parts),
    events: wireEvents(parts),
    keys,
    sessions: wireSessions(parts),
    tokens: wireTokens(parts),
  };
}
