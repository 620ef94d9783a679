import { roleCatalogue } from "../../src/core/memory/role-catalogue.ts";
import { challenges } from "../../src/core/security/challenge-token.ts";
import { emailCodes } from "../../src/core/security/email-codes.ts";
import { toBase64Url } from "../../src/core/security/encoding.ts";
import { mailTokenCodec } from "../../src/core/security/mail-token.ts";
import { recoveryCodes } from "../../src/core/security/recovery-codes.ts";
import { refreshTokenCodec } from "../../src/core/security/refresh-token-codec.ts";
import { secondFactorTokens } from "../../src/core/security/second-factor-token.ts";
import { parseSecrets } from "../../src/core/security/secrets.ts";
import { oneTimePasswords } from "../../src/core/security/totp.ts";
import { userHandles } from "../../src/core/security/user-handle.ts";
import { ANYONE, SYSTEM } from "../../src/domain/access/actor.ts";
import type { Email } from "../../src/domain/accounts/email.ts";
import { type Password, parsePassword } from "../../src/domain/credentials/password.ts";
import { answerMailRequest } from "../../src/use-cases/accounts/answer-mail-request.ts";
import { createUser } from "../../src/use-cases/accounts/create-user.ts";
import type { MailRequest, MailRequests } from "../../src/use-cases/accounts/mail-request.ts";
import type { PasswordPolicy } from "../../src/use-cases/credentials/ports.ts";
import type { Notice } from "../../src/use-cases/events/ports.ts";
import { authenticateUser } from "../../src/use-cases/sessions/sign-in.ts";
import type { TokenPair } from "../../src/use-cases/tokens/issue-token.ts";
import { unwrapped } from "./answers.ts";
import { memoryAccountRecord } from "./fakes/account-record.ts";
import { memoryAccounts } from "./fakes/accounts.ts";
import { memoryActors } from "./fakes/actors.ts";
import { memoryLoginThrottle } from "./fakes/login-throttle.ts";
import { memoryMailbox, memoryMails } from "./fakes/mails.ts";
import { memoryDatabase } from "./fakes/memory-database.ts";
import { plainPasskeys } from "./fakes/passkeys.ts";
import { plainHasher } from "./fakes/password-hasher.ts";
import { memoryRoles } from "./fakes/roles.ts";
import { plainSigner } from "./fakes/token-signer.ts";
import { memoryUsers } from "./fakes/users.ts";
import type { PortFaults } from "./port-faults.ts";
import {
  ACCOUNT_POLICY,
  SECOND,
  someActor,
  someEmail,
  someFactorId,
  someId,
  someSessionId,
  someUserId,
} from "./samples.ts";

export function passwordOf(text: string): Password {
  const parsed = parsePassword(text);
  if (!parsed.ok) throw new Error("a sample that is no password");
  return parsed.value;
}

export const PASSWORD = passwordOf("correct horse battery staple");
export const DEVICE = { ip: null, userAgent: null };

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Root secrets of the versions given, newest first; the same versions are the same secrets. */
export function secretsMaker() {
  const roots = new Map<number, string>();
  return (...versions: number[]) => {
    for (const version of versions) {
      if (!roots.has(version)) roots.set(version, toBase64Url(random(32)));
    }
    const parsed = parseSecrets(versions.map((v) => `v${v}:${roots.get(v)}`).join(","));
    if (!parsed.ok) throw new Error(`sample secrets are ${parsed.error}`);
    return parsed.value;
  };
}

const lengthPolicy: PasswordPolicy = {
  weakness: async (password) => (password.length < 15 ? "too_short" : null),
};

/** Every store in memory, the real codec, and a clock that tests move. */
export function memoryService() {
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock = () => time.now;
  const notices: Notice[] = [];
  const db = memoryDatabase();
  const record = memoryAccountRecord(db);
  const roles = memoryRoles(db);
  const users = memoryUsers(db);
  const throttle = memoryLoginThrottle(clock);
  // What the users' objects ask D1 goes through the faults of the day as well.
  let seenRecord = record;
  const accounts = memoryAccounts({
    record: {
      read: (...args) => seenRecord.read(...args),
      apply: (...args) => seenRecord.apply(...args),
      fence: (...args) => seenRecord.fence(...args),
    },
    policy: ACCOUNT_POLICY,
    clock,
  });
  const deferred: Promise<unknown>[] = [];
  const secrets = secretsMaker()(1);
  const mails = memoryMails();
  const mailbox = memoryMailbox();
  const asked: MailRequest[] = [];
  const mailRequests: MailRequests = { send: async (request) => void asked.push(request) };

  const deps = {
    actors: memoryActors(db),
    users,
    roles,
    throttle,
    accounts,
    sessions: accounts,
    proofs: accounts,
    factors: accounts,
    record,
    catalogue: roleCatalogue(roles, clock),
    signer: plainSigner,
    hasher: plainHasher,
    challenges: challenges(secrets, random),
    emailCodes: emailCodes(secrets, random),
    oneTimePasswords: oneTimePasswords(secrets, "auth.example.com", random),
    passkeys: plainPasskeys,
    recoveryCodes: recoveryCodes(random),
    secondFactorTokens: secondFactorTokens(secrets),
    userHandles: userHandles(secrets),
    stepUpMaxAge: 600 * SECOND,
    mailTokens: mailTokenCodec(secrets),
    publicAppUrl: "https://app.example.com",
    mails,
    mailSender: mailbox.sender,
    inboxKey: (address: string) => `inbox of ${address}`,
    mailRequests,
    newMailId: () => `mail_${someId()}`,
    policy: lengthPolicy,
    refreshTokens: refreshTokenCodec(secrets),
    clock,
    random,
    notify: (notice: Notice) => void notices.push(notice),
    defer: (work: () => Promise<unknown>) => void deferred.push(work().catch(() => undefined)),
    newUserId: someUserId,
    newSessionId: someSessionId,
    newFactorId: someFactorId,
    newFlowId: someId,
    newChangeId: someId,
    newTokenId: someId,
    issuer: "https://auth.example.com",
    audience: "https://api.example.com",
    clientId: "first-party",
    accessTokenTtl: 600 * SECOND,
    requireVerifiedEmail: false,
  };

  /** The same stores seen through faults, with caches of their own, as a fresh isolate has. */
  const through = (faults: PortFaults): typeof deps => {
    seenRecord = faults.wrap(record);
    const objects = faults.wrap(accounts);
    return {
      ...deps,
      users: faults.wrap(users),
      roles: faults.wrap(roles),
      throttle: faults.wrap(throttle),
      mails: faults.wrap(mails),
      mailSender: faults.wrap(mailbox.sender),
      mailRequests: faults.wrap(mailRequests),
      accounts: objects,
      sessions: objects,
      proofs: objects,
      factors: objects,
      catalogue: roleCatalogue(faults.wrap(roles), clock),
      signer: faults.wrap(plainSigner),
    };
  };

  const register = async (given: { email?: Email; roles?: readonly string[] } = {}) => {
    const { email = someEmail(), roles: names = [] } = given;
    const wanted = { email, name: null, password: PASSWORD, roles: names };
    return unwrapped(await createUser(deps, someActor("*"), wanted));
  };

  /** An account that has no password yet. */
  const invite = async (email = someEmail()) => {
    const wanted = { email, name: null, password: null, roles: [] };
    return unwrapped(await createUser(deps, someActor("*"), wanted));
  };

  const signIn = async (email: Email): Promise<TokenPair> => {
    const input = { email, password: PASSWORD, deviceToken: null };
    return unwrapped(await authenticateUser(deps, ANYONE, input));
  };

  const advance = (ms: number) => {
    time.now += ms;
  };

  const settled = () => Promise.all(deferred);

  /** All that was asked for goes through the consumer, which answers nobody. */
  const answered = async (given: typeof deps = deps): Promise<void> => {
    for (const request of asked.splice(0)) await answerMailRequest(given, SYSTEM, request);
  };

  /** The messages that left, in order. */
  const { sent } = mailbox;

  return {
    deps,
    through,
    register,
    invite,
    signIn,
    advance,
    notices,
    settled,
    asked,
    answered,
    sent,
  };
}
