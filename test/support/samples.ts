import { toBase64Url } from "../../src/core/security/encoding.ts";
import type { Actor, Person } from "../../src/domain/access/actor.ts";
import { type Email, parseEmail } from "../../src/domain/accounts/email.ts";
import { type Cause, causeOf } from "../../src/domain/events/event.ts";
import {
  type FactorId,
  factorIdOf,
  type SessionId,
  sessionIdOf,
  type UserId,
  userIdOf,
} from "../../src/domain/ids.ts";
import type { SigningKeyPolicy } from "../../src/domain/keys/signing-key.ts";
import { openedByPassword } from "../../src/domain/sessions/opened-with.ts";
import type { AccountPolicy, NewUser } from "../../src/use-cases/accounts/ports.ts";
import type { StoredSigningKey } from "../../src/use-cases/keys/ports.ts";
import type { NewSession } from "../../src/use-cases/sessions/ports.ts";

export const SECOND = 1_000;
export const HOUR = 3_600 * SECOND;
export const DAY = 24 * HOUR;

/** Whom people's own sessions are opened for. */
export const CLIENT = "first-party";

export const ACCOUNT_POLICY: AccountPolicy = {
  refresh: { idleTtl: 30 * DAY, absoluteTtl: 90 * DAY, replayWindow: 30 * SECOND },
  authorityMaxAge: 300 * SECOND,
  maxSessions: 100,
  requireVerifiedEmail: false,
};

export const KEY_POLICY: SigningKeyPolicy = {
  alg: "ES256",
  rotationInterval: 30 * DAY,
  publishAhead: DAY,
  tokenLifetime: 690 * SECOND,
};

/** A person who may do this and nothing else. */
export const someActor = (...permissions: string[]): Actor => ({
  kind: "operator",
  id: "somebody",
  roles: [],
  permissions,
});

/** Who asks, where it does not matter. */
export const CAUSE: Cause = causeOf(someActor());

/** A person in a session of theirs. */
export const somePerson = (userId: UserId, sessionId = someSessionId()): Person => ({
  kind: "user",
  id: userId,
  userId,
  sessionId,
  roles: [],
  permissions: [],
  proved: { amr: ["pwd"], acr: "aal1", authTime: 0 },
  accountAcr: "aal1",
  permissionsAtAal2: [],
});

/** An edit of the roles by somebody whom nothing is asked of. */
export const someEdit = () => ({ actor: someActor("*"), changeId: someId() });

export const someId = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
export const someEventId = (): string => `evt_${someId()}`;
export const someUserId = (): UserId => userIdOf(someId());
export const someFactorId = (): FactorId => factorIdOf(someId());
export const someSessionId = (): SessionId => sessionIdOf(someId());

/** One opened by password, whose token is `token 0`. */
export const someSession = (given: Partial<NewSession> = {}): NewSession => ({
  ...openedByPassword(CLIENT, Date.now()),
  sessionId: someSessionId(),
  token: { hash: "token 0", secretVersion: 1 },
  device: { ip: null, userAgent: null },
  ...given,
});

export function emailOf(text: string): Email {
  const parsed = parseEmail(text);
  if (!parsed.ok) throw new Error(`a sample that is no address: ${text}`);
  return parsed.value;
}

/** An address that no other test uses, in any file: objects of a name outlive their file. */
export const someEmail = (): Email => emailOf(`sample.${someId().toLowerCase()}@example.com`);

export const someUser = (given: Partial<NewUser> = {}): NewUser => ({
  id: someUserId(),
  email: someEmail(),
  name: null,
  passwordHash: "hash of the first password",
  emailVerified: false,
  roles: ["user"],
  now: Date.now(),
  expiresAt: null,
  ...given,
});

/** 32 bytes, as a JWK has them. */
export const someCoordinate = (): string => `${someId()}${someId()}`.slice(0, 43);

/** A key as the store sees it: nothing can be signed with it. */
export const someKey = (given: Partial<StoredSigningKey> = {}): StoredSigningKey => ({
  kid: someId(),
  alg: "ES256",
  sequence: 1,
  createdAt: Date.now(),
  signsFrom: null,
  revokedAt: null,
  publicJwk: { kty: "EC", crv: "P-256", x: someCoordinate(), y: someCoordinate() },
  wrappedPrivate: `v1.${someId()}`,
  ...given,
});
