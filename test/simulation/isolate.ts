import type { Config } from "../../src/core/config/config.ts";
import { DEFERRAL, MAX_SESSIONS } from "../../src/core/config/constants.ts";
import type { Log } from "../../src/core/logging.ts";
import { roleCatalogue } from "../../src/core/memory/role-catalogue.ts";
import { challenges } from "../../src/core/security/challenge-token.ts";
import { emailCodes } from "../../src/core/security/email-codes.ts";
import { mailTokenCodec } from "../../src/core/security/mail-token.ts";
import { recoveryCodes } from "../../src/core/security/recovery-codes.ts";
import { secondFactorTokens } from "../../src/core/security/second-factor-token.ts";
import { oneTimePasswords } from "../../src/core/security/totp.ts";
import { userHandles } from "../../src/core/security/user-handle.ts";
import { SYSTEM } from "../../src/domain/access/actor.ts";
import { serviceAccountIdOf } from "../../src/domain/ids.ts";
import { eventQueue } from "../../src/persistence/queue/event-queue.ts";
import { mailRequests } from "../../src/persistence/queue/mail-requests.ts";
import type { PasswordPolicy } from "../../src/use-cases/credentials/ports.ts";
import { sendRecordEvents } from "../../src/use-cases/events/send-record-events.ts";
import type { Outside } from "../../src/wiring/outside.ts";
import type { Stores } from "../../src/wiring/stores.ts";
import { wireUseCases } from "../../src/wiring/use-cases.ts";
import { plainPasskeys } from "../support/fakes/passkeys.ts";
import { someFactorId, someId, someSessionId, someUserId } from "../support/samples.ts";
import { Host } from "./host.ts";
import { arrive } from "./people.ts";
import { throttleSeenBy } from "./stores/login-names.ts";
import { programsSeenBy } from "./stores/program-objects.ts";
import { AUDIT, D1, KV, QUEUE, remote } from "./stores/remote.ts";
import { telling, toldServiceAccounts, toldUsers } from "./stores/told.ts";
import { accountsSeenBy } from "./stores/user-objects.ts";
import { countingHasher } from "./tries.ts";
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
    challenges: challenges(config.secrets, random),
    emailCodes: emailCodes(config.secrets, random),
    oneTimePasswords: oneTimePasswords(config.secrets, "auth.example.com", random),
    passkeys: plainPasskeys,
    recoveryCodes: recoveryCodes(random),
    secondFactorTokens: secondFactorTokens(config.secrets),
    userHandles: userHandles(config.secrets),
    hasher: countingHasher(world.tries),
    policy: anyPassword,
    mailSender: world.mailbox.seenBy(world, host),
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
    outlive: (work) => void work.catch(world.mishap),
    log: silent,
    notify: () => undefined,
    newUuid: () => crypto.randomUUID(),
    notCaughtUp: (_, error) => world.mishap(error),
    programNotCaughtUp: (_, error) => world.mishap(error),
    random,
    newUserId: someUserId,
    newServiceAccountId: () => serviceAccountIdOf(someId()),
    newSessionId: someSessionId,
    newFactorId: someFactorId,
    newFlowId: someId,
    newChangeId: someId,
    newTokenId: someId,
    newSecretId: someId,
    newMailId: () => `mail_${someId()}`,
  };
}

function storesSeenBy(world: World, host: Host, config: Config, outside: Outside): Stores {
  const { clock, defer } = outside;
  const { ports } = world;
  const d1 = <T extends object>(port: T): T => remote(world, host, D1, port);
  const roles = d1(ports.roles);
  const accounts = accountsSeenBy(world, host, {
    refresh: config.refresh,
    authorityMaxAge: config.authorityMaxAge,
    maxSessions: MAX_SESSIONS,
    requireVerifiedEmail: config.requireVerifiedEmail,
  });
  const queue = remote(world, host, QUEUE, world.queue);
  const audit = remote(world, host, AUDIT, ports.audit);
  const recordOutbox = d1(ports.recordOutbox);
  const sending = { recordOutbox, eventQueue: eventQueue(queue), clock };
  const tell = telling(ports.recordOutbox, clock, () =>
    defer(() => sendRecordEvents(sending, SYSTEM)),
  );
  return {
    ...sending,
    audit,
    erasures: audit,
    deadLetters: d1(ports.deadLetters),
    actors: d1(ports.actors),
    roles,
    catalogue: roleCatalogue(roles, clock),
    users: d1(toldUsers(ports.users, tell, (user) => arrive(world, user))),
    feed: d1(world.feed),
    mails: d1(ports.mails),
    mailRequests: mailRequests(queue),
    accounts,
    sessions: accounts,
    proofs: accounts,
    factors: accounts,
    throttle: throttleSeenBy(world, host),
    serviceAccounts: d1(toldServiceAccounts(ports.serviceAccounts, tell)),
    programs: programsSeenBy(world, host, config.authorityMaxAge),
    programRecord: d1(ports.programRecord),
    programFeed: d1(ports.programFeed),
    keys: d1(ports.keys),
    jwksCache: remote(world, host, KV, world.edge.seenFromHere()),
  };
}
