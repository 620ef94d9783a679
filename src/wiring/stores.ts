import type { Env } from "../bindings.ts";
import type { Config } from "../core/config/config.ts";
import { MAX_SESSIONS } from "../core/config/constants.ts";
import { roleCatalogue } from "../core/memory/role-catalogue.ts";
import { loginNameKey } from "../core/security/bucket-names.ts";
import { SYSTEM } from "../domain/access/actor.ts";
import { BUILT_IN_ROLES, BUILT_IN_ROLES_AT_AAL2 } from "../domain/access/role.ts";
import { d1Actors } from "../persistence/d1/access/actors.ts";
import { d1Roles } from "../persistence/d1/access/roles.ts";
import { d1ChangeFeed } from "../persistence/d1/accounts/change-feed.ts";
import { d1Mails } from "../persistence/d1/accounts/mails.ts";
import { d1Users } from "../persistence/d1/accounts/users.ts";
import { d1AuditTrail } from "../persistence/d1/audit/audit-trail.ts";
import { d1Erasures } from "../persistence/d1/audit/erasures.ts";
import { d1ProgramFeed } from "../persistence/d1/clients/program-feed.ts";
import { d1ProgramRecord } from "../persistence/d1/clients/program-record.ts";
import { d1ServiceAccounts } from "../persistence/d1/clients/service-accounts.ts";
import { database } from "../persistence/d1/database.ts";
import { d1DeadLetters } from "../persistence/d1/events/dead-letters.ts";
import { d1RecordOutbox } from "../persistence/d1/events/record-outbox.ts";
import { tellingOf } from "../persistence/d1/events/told.ts";
import { d1SigningKeys } from "../persistence/d1/keys/signing-keys.ts";
import { durableAccounts } from "../persistence/durable/accounts/accounts.ts";
import { durablePrograms } from "../persistence/durable/clients/programs.ts";
import { durableLoginThrottle } from "../persistence/durable/credentials/login-throttle.ts";
import { kvJwksCache } from "../persistence/kv/jwks-cache.ts";
import { eventQueue } from "../persistence/queue/event-queue.ts";
import { mailRequests } from "../persistence/queue/mail-requests.ts";
import { sendRecordEvents } from "../use-cases/events/send-record-events.ts";
import type { Defer } from "../use-cases/outside.ts";
import type { Outside } from "./outside.ts";

/** The adapters of everything that keeps state. */
export function wireStores(env: Env, config: Config, { clock, defer, notify }: Outside) {
  const db = database(env.DB);
  const auditDb = database(env.AUDIT_DB);
  const sending = { recordOutbox: d1RecordOutbox(db), eventQueue: eventQueue(env.EVENTS), clock };
  const told = tellingOf(
    clock,
    soon(defer, () => sendRecordEvents(sending, SYSTEM)),
  );
  const builtInRoles = config.adminRequiresAal2 ? BUILT_IN_ROLES_AT_AAL2 : BUILT_IN_ROLES;
  const roles = d1Roles(db, told, builtInRoles);
  const accounts = durableAccounts(env.USERS, {
    refresh: config.refresh,
    authorityMaxAge: config.authorityMaxAge,
    maxSessions: MAX_SESSIONS,
    requireVerifiedEmail: config.requireVerifiedEmail,
  });
  return {
    ...sending,
    audit: d1AuditTrail(auditDb, clock, notify),
    erasures: d1Erasures(auditDb),
    deadLetters: d1DeadLetters(db),
    actors: d1Actors(db),
    roles,
    catalogue: roleCatalogue(roles, clock, builtInRoles),
    users: d1Users(db, notify, told),
    feed: d1ChangeFeed(db, clock),
    mails: d1Mails(db),
    mailRequests: mailRequests(env.EVENTS),
    accounts,
    sessions: accounts,
    proofs: accounts,
    factors: accounts,
    throttle: durableLoginThrottle(env.LOGIN_THROTTLES, (name) =>
      loginNameKey(config.secrets, name),
    ),
    serviceAccounts: d1ServiceAccounts(db, notify, told),
    programs: durablePrograms(env.SERVICE_ACCOUNTS, config.authorityMaxAge),
    programRecord: d1ProgramRecord(db),
    programFeed: d1ProgramFeed(db),
    keys: d1SigningKeys(db, notify, clock, told),
    jwksCache: kvJwksCache(env.JWKS_CACHE),
  };
}

/** Work that many acts ask for is done once for all of them, after the reply. */
function soon(defer: Defer, work: () => Promise<unknown>): () => void {
  let isComing = false;
  return () => {
    if (isComing) return;
    isComing = true;
    defer(() => {
      isComing = false;
      return work();
    });
  };
}

export type Stores = ReturnType<typeof wireStores>;
