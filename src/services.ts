import { waitUntil } from "cloudflare:workers";
import { type Config, parseConfig } from "./core/config/config.ts";
import {
  CLIENT_SECRET_OVERLAP,
  DEFERRAL,
  FIRST_PARTY_CLIENT,
  MAX_SESSIONS,
  READINESS_MAX_AGE,
} from "./core/config/constants.ts";
import { consoleLog, errorDetails, type Log, notifyLog } from "./core/logging.ts";
import { jwksCopy } from "./core/memory/jwks-copy.ts";
import { liveness } from "./core/memory/liveness.ts";
import { roleCatalogue } from "./core/memory/role-catalogue.ts";
import { sharedWork } from "./core/memory/shared-work.ts";
import { breachCheck } from "./core/security/breach-check.ts";
import { clientSecretCodec } from "./core/security/client-secret.ts";
import { toBase64Url } from "./core/security/encoding.ts";
import { keyRing } from "./core/security/key-ring.ts";
import { keyMaker, unwrapSigningKey } from "./core/security/key-wrapping.ts";
import { passwordPolicy } from "./core/security/password-policy.ts";
import { passwordHasher, SCRYPT_ENGINES } from "./core/security/passwords.ts";
import { loginNameKey } from "./core/security/rate-limit.ts";
import { refreshTokenCodec } from "./core/security/refresh-token.ts";
import { serviceAccountIdOf, sessionIdOf, userIdOf } from "./domain/ids.ts";
import type { Env } from "./env.ts";
import { d1Actors } from "./persistence/d1/access/actors.ts";
import { d1Roles } from "./persistence/d1/access/roles.ts";
import { d1ChangeFeed } from "./persistence/d1/accounts/change-feed.ts";
import { d1Users } from "./persistence/d1/accounts/users.ts";
import { d1ServiceAccounts } from "./persistence/d1/clients/service-accounts.ts";
import { database } from "./persistence/d1/database.ts";
import { probeD1 } from "./persistence/d1/guards.ts";
import { d1SigningKeys } from "./persistence/d1/keys/signing-keys.ts";
import { durableAccounts } from "./persistence/durable/accounts/accounts.ts";
import { durableLoginThrottle } from "./persistence/durable/credentials/login-throttle.ts";
import { kvJwksCache } from "./persistence/kv/jwks-cache.ts";
import { checkHealth } from "./use-cases/check-health.ts";
import { rotateSigningKeys } from "./use-cases/keys/rotate-signing-keys.ts";
import type { Defer, RandomBytes } from "./use-cases/outside.ts";
import { liveAuthority } from "./use-cases/tokens/live-authority.ts";

export type Services = ReturnType<typeof wire>;

const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
const randomId = (): string => toBase64Url(random(16));
const clock = (): number => Date.now();

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
  const { secrets } = config;
  const db = database(env.DB);
  const defer: Defer = (work) =>
    waitUntil(
      afterReply()
        .then(work)
        .catch((error) => log.error({ event: "deferred_work_failed", ...errorDetails(error) })),
    );
  const notify = notifyLog(log);
  const roles = d1Roles(db);
  const accounts = durableAccounts(env.USERS, {
    refresh: config.refresh,
    authorityMaxAge: config.authorityMaxAge,
    maxSessions: MAX_SESSIONS,
    requireVerifiedEmail: config.requireVerifiedEmail,
  });
  const serviceAccounts = d1ServiceAccounts(db, notify);
  const rotation = {
    keys: d1SigningKeys(db, notify, clock),
    keyMaker: keyMaker(secrets),
    jwksCache: kvJwksCache(env.JWKS_CACHE),
    clock,
    policy: config.signingKeys,
    notify,
  };
  const ring = keyRing({
    ...rotation,
    jwksCopy: jwksCopy(rotation.jwksCache, clock),
    defer,
    issuer: config.issuer,
    audience: config.audience,
    unwrap: (key) => unwrapSigningKey(secrets, key),
    rotate: () => rotateSigningKeys(rotation),
  });

  const probes = {
    d1: () => probeD1(env.DB),
    kv: () => rotation.jwksCache.read(),
    durable_object: () => throttleProbe(env),
    signing_key: () => ring.prepare(),
  };

  return {
    config,
    log,
    notify,
    clock,
    defer,
    random,
    newUserId: () => userIdOf(randomId()),
    newServiceAccountId: () => serviceAccountIdOf(randomId()),
    newSessionId: () => sessionIdOf(randomId()),
    newChangeId: randomId,
    newTokenId: randomId,
    newSecretId: randomId,
    clientSecrets: clientSecretCodec(random),
    clientSecretOverlap: CLIENT_SECRET_OVERLAP * 1_000,
    issuer: config.issuer,
    audience: config.audience,
    clientId: FIRST_PARTY_CLIENT,
    accessTokenTtl: config.accessTokenTtl,
    isPrivate: config.registration === "private",
    requireVerifiedEmail: config.requireVerifiedEmail,
    actors: d1Actors(db),
    users: d1Users(db, notify),
    roles,
    catalogue: roleCatalogue(roles, clock),
    accounts,
    feed: d1ChangeFeed(db),
    sessions: accounts,
    proofs: accounts,
    serviceAccounts,
    liveness: liveness(
      (claims) => liveAuthority({ sessions: accounts, serviceAccounts }, claims),
      clock,
    ),
    throttle: durableLoginThrottle(env.LOGIN_THROTTLES, (name) => loginNameKey(secrets, name)),
    addressLimit: env.ADDRESS_LIMIT,
    sharedLimit: env.SHARED_LIMIT,
    clientLimit: env.CLIENT_LIMIT,
    hasher: passwordHasher(SCRYPT_ENGINES[config.passwordScrypt], random),
    policy: passwordPolicy(
      config.passwordMinLength,
      breachCheck(config.breachCheckUrl, (input, init) => fetch(input, init), log),
    ),
    refreshTokens: refreshTokenCodec(secrets),
    readiness: sharedWork(
      (requestId: string) =>
        checkHealth(probes, clock, (dependency, error) =>
          log.error({ event: "dependency_failed", requestId, dependency, ...errorDetails(error) }),
        ),
      READINESS_MAX_AGE,
      clock,
      defer,
    ),
    rotation,
    ring,
    signer: ring,
    verifier: ring,
  };
}

/** A hash holds up its isolate, and with it any reply that is not on its way yet. */
const afterReply = (): Promise<void> => scheduler.wait(DEFERRAL);

/** A name that no login name has. */
async function throttleProbe(env: Env): Promise<void> {
  await env.LOGIN_THROTTLES.get(env.LOGIN_THROTTLES.idFromName("health")).ping();
}
