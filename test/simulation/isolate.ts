import type { Config } from "../../src/core/config/config.ts";
import { DEFERRAL, MAX_SESSIONS } from "../../src/core/config/constants.ts";
import type { Log } from "../../src/core/logging.ts";
import { roleCatalogue } from "../../src/core/memory/role-catalogue.ts";
import { emailCodes } from "../../src/core/security/email-codes.ts";
import { mailTokenCodec } from "../../src/core/security/mail-token.ts";
import { serviceAccountIdOf } from "../../src/domain/ids.ts";
import type { PasswordPolicy } from "../../src/use-cases/credentials/ports.ts";
import type { Outside } from "../../src/wiring/outside.ts";
import type { Stores } from "../../src/wiring/stores.ts";
import { wireUseCases } from "../../src/wiring/use-cases.ts";
import { plainHasher } from "../support/fakes/password-hasher.ts";
import { memoryPrograms } from "../support/fakes/programs.ts";
import { someId, someSessionId, someUserId } from "../support/samples.ts";
import { Host } from "./host.ts";
import { D1, KV, remote, THROTTLE } from "./stores/remote.ts";
import { accountsSeenBy } from "./stores/user-objects.ts";
import type { World } from "./world.ts";

export type UseCases = ReturnType<typeof wireUseCases>["useCases"];

/** The service in one isolate: the real wiring, with caches of its own and a clock of its own. */
export type Isolate = { readonly host: Host; readonly useCases: UseCases };

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const anyPassword: PasswordPolicy = { weakness: async () => null };

/** @param skew milliseconds by which its clock is ahead */
export function startIsolate(world: World, name: string, skew: number): Isolate {
  const host = new Host(name, world.scheduler);
  const { config } = world;
  const outside = outsideOf(world, host, skew);
  const stores = storesSeenBy(world, host, config, outside);
  const trade = {
    emailCodes: emailCodes(config.secrets, random),
    hasher: plainHasher,
    policy: anyPassword,
    mailSender: world.mailbox,
    mailTokens: mailTokenCodec(config.secrets),
    inboxKey: (address: string) => `inbox of ${address}`,
    publicAppUrl: config.publicAppUrl,
  };
  return { host, useCases: wireUseCases(config, outside, stores, trade).useCases };
}

function outsideOf(world: World, host: Host, skew: number): Outside {
  const { scheduler } = world;
  const deferred = async (work: () => Promise<unknown>) => {
    await scheduler.after(DEFERRAL);
    await host.living();
    await work();
  };
  return {
    clock: () => scheduler.now + skew,
    defer: (work) => void deferred(work).catch(world.mishap),
    log: silent,
    notify: () => undefined,
    notCaughtUp: (_, error) => world.mishap(error),
    programNotCaughtUp: (_, error) => world.mishap(error),
    random,
    newUserId: someUserId,
    newServiceAccountId: () => serviceAccountIdOf(someId()),
    newSessionId: someSessionId,
    newChangeId: someId,
    newTokenId: someId,
    newSecretId: someId,
    newMailId: () => `mail_${someId()}`,
  };
}

function storesSeenBy(world: World, host: Host, config: Config, { clock }: Outside): Stores {
  const { ports } = world;
  const d1 = <T extends object>(port: T): T => remote(world, host, D1, port);
  const roles = d1(ports.roles);
  const accounts = accountsSeenBy(world, host, {
    refresh: config.refresh,
    authorityMaxAge: config.authorityMaxAge,
    maxSessions: MAX_SESSIONS,
    requireVerifiedEmail: config.requireVerifiedEmail,
  });
  return {
    recordOutbox: d1(ports.recordOutbox),
    eventQueue: d1(world.queue),
    clock,
    audit: d1(ports.audit),
    erasures: d1(ports.audit),
    deadLetters: d1(ports.deadLetters),
    actors: d1(ports.actors),
    roles,
    catalogue: roleCatalogue(roles, clock),
    users: d1(ports.users),
    feed: d1(world.feed),
    mails: d1(ports.mails),
    mailRequests: { send: async () => undefined },
    accounts,
    sessions: accounts,
    proofs: accounts,
    throttle: remote(world, host, THROTTLE, ports.throttle),
    serviceAccounts: d1(ports.serviceAccounts),
    programs: memoryPrograms({
      record: ports.programRecord,
      clock,
      maxAge: config.authorityMaxAge,
    }),
    programRecord: d1(ports.programRecord),
    programFeed: d1(ports.programFeed),
    keys: d1(ports.keys),
    jwksCache: remote(world, host, KV, world.edge.seenFromHere()),
  };
}
