import { waitUntil } from "cloudflare:workers";
import { DEFERRAL } from "../core/config/constants.ts";
import { errorDetails, type Log, notifyLog } from "../core/logging.ts";
import { toBase64Url } from "../core/security/encoding.ts";
import {
  factorIdOf,
  type ServiceAccountId,
  serviceAccountIdOf,
  sessionIdOf,
  type UserId,
  userIdOf,
} from "../domain/ids.ts";
import type { Defer, RandomBytes } from "../use-cases/outside.ts";

const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
const randomId = (): string => toBase64Url(random(16));

/** Waits for the reply to leave: a hash takes the isolate's time. */
const afterReply = (): Promise<void> => scheduler.wait(DEFERRAL);

/** Time, randomness, the log, and what may wait until the reply has left. */
export function wireOutside(log: Log) {
  const defer: Defer = (work) =>
    waitUntil(
      afterReply()
        .then(work)
        .catch((error) => log.error({ event: "deferred_work_failed", ...errorDetails(error) })),
    );
  return {
    clock: (): number => Date.now(),
    defer,
    /** Goes on when the client has gone; whoever began it sees how it ends. */
    outlive: (work: Promise<unknown>): void => waitUntil(work.catch(() => undefined)),
    log,
    notify: notifyLog(log),
    notCaughtUp: (userId: UserId, error: unknown) =>
      log.error({ event: "account_not_caught_up", userId, ...errorDetails(error) }),
    programNotCaughtUp: (serviceAccountId: ServiceAccountId, error: unknown) =>
      log.error({
        event: "service_account_not_caught_up",
        serviceAccountId,
        ...errorDetails(error),
      }),
    random,
    newUserId: () => userIdOf(randomId()),
    newServiceAccountId: () => serviceAccountIdOf(randomId()),
    newSessionId: () => sessionIdOf(randomId()),
    newFactorId: () => factorIdOf(randomId()),
    newFlowId: randomId,
    newChangeId: randomId,
    newTokenId: randomId,
    newSecretId: randomId,
    newMailId: () => `mail_${randomId()}`,
    newUuid: (): string => crypto.randomUUID(),
  };
}

export type Outside = ReturnType<typeof wireOutside>;
