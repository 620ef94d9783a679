import type { Actor } from "../../domain/access/actor.ts";
import { causeOf } from "../../domain/events/event.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { AllowedAttempt, Attempt, Credential, FailedTry } from "./ports.ts";
import type { Throttled } from "./refusals.ts";

/** A bucket of tries: everybody's for a login name, or those of somebody known here. */
export type Tries = {
  /** @returns "over" when whatever is shown is wrong: nothing is counted then */
  reserve(): Promise<Attempt | { readonly kind: "over" }>;
  /**
   * The same without the failures from before then (Unix milliseconds); null where those count, too.
   */
  readonly reserveSince: ((credentialSetAt: number) => Promise<Attempt>) | null;
  release(attempt: AllowedAttempt): Promise<void>;
  /** The try was wrong. */
  fail(failed: FailedTry): Promise<void>;
};

/**
 * The one way that a secret is compared. The try is counted before, and an unknown name takes the
 * same steps as a known one. A try that an outage ended is given back; a right one stays counted
 * until the caller clears it.
 *
 * @param find reads the account, at the same time as the try is counted
 * @param compare gives what was shown to be right, or null; of no account nothing is right
 */
export async function checkTry<Right, Wrong extends string>(
  actor: Actor,
  tries: Tries,
  find: () => Promise<Credential | null>,
  compare: (credential: Credential | null) => Promise<Right | null>,
  wrong: Wrong,
): Promise<Result<Right, Wrong | Throttled>> {
  const [reservation, lookup] = await Promise.allSettled([tries.reserve(), find()]);
  if (reservation.status === "rejected") throw reservation.reason;
  const first = reservation.value;
  if (lookup.status === "rejected") {
    if (first.kind === "allowed") await giveBack(tries, first);
    throw lookup.reason;
  }
  if (first.kind === "over") return err(wrong);
  const credential = lookup.value;
  const attempt = await sinceCredential(tries, first, credential);
  if (attempt.kind !== "allowed") {
    return err({ code: "throttled", retryAfter: attempt.retryAfter });
  }
  const right = await compare(credential).catch(async (error) => {
    await giveBack(tries, attempt);
    throw error;
  });
  if (right !== null) return ok(right);
  await tell(actor, tries, attempt, credential);
  return err(wrong);
}

/**
 * Failures from before the password was set do not count. An account without a password gets no
 * such reset, which would show that it exists.
 */
async function sinceCredential(
  { reserveSince }: Tries,
  attempt: Attempt,
  credential: Credential | null,
): Promise<Attempt> {
  const setAt = credential?.passwordHash == null ? 0 : credential.user.passwordSetAt;
  if (reserveSince === null || attempt.kind === "allowed" || attempt.lastAt >= setAt) {
    return attempt;
  }
  return reserveSince(setAt);
}

/** Before the reply, so that no wrong try goes untold; as long for a name without an account. */
async function tell(
  actor: Actor,
  tries: Tries,
  attempt: AllowedAttempt,
  credential: Credential | null,
): Promise<void> {
  const userId = credential?.user.id ?? null;
  const failed = { failures: attempt.reserved.failures, userId, cause: causeOf(actor) };
  await tries.fail(failed).catch(async (error) => {
    await giveBack(tries, attempt);
    throw error;
  });
}

/** If the count cannot be reached either, the try stays counted. */
async function giveBack(tries: Tries, attempt: AllowedAttempt): Promise<void> {
  await tries.release(attempt).catch(() => undefined);
}
