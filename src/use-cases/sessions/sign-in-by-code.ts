import type { Actor } from "../../domain/access/actor.ts";
import { CODE_LIFETIME } from "../../domain/credentials/code-flow.ts";
import { causeOf } from "../../domain/events/event.ts";
import { userIdOf } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { isYounger } from "../../domain/time.ts";
import type {
  AllowedAttempt,
  Credential,
  Credentials,
  EmailCodes,
  LoginThrottle,
  StartedFlow,
} from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import type { BeginDeps } from "./begin-session.ts";
import { openSession } from "./sign-in.ts";

export type SignInByCodeDeps = BeginDeps & {
  readonly users: Credentials;
  readonly throttle: LoginThrottle;
  readonly emailCodes: EmailCodes;
};

type Refusal = "invalid_code" | "account_disabled" | Throttled;

/** Stands in for the account of a name that has none: the work is the same. */
const NOBODY = { id: userIdOf("A".repeat(22)), version: 0 };

/**
 * Signs in whoever holds both the flow and the code that was mailed for it. A try is counted before
 * the code is compared, with the tries at the password of that name; a code is right once.
 */
export async function signInByCode(
  deps: SignInByCodeDeps,
  actor: Actor,
  { flow: text, code }: { readonly flow: string; readonly code: string },
): Promise<Result<TokenPair, Refusal>> {
  const flow = await deps.emailCodes.open(text);
  if (flow === null || !isYounger(flow.startedAt, deps.clock(), CODE_LIFETIME)) {
    return err("invalid_code");
  }
  const checked = await checkCode(deps, actor, flow, code);
  if (!checked.ok) return checked;
  const { user } = checked.value;
  if (user.status !== "active") return err("account_disabled");
  const tokens = await openSession(deps, actor, user, "otp");
  // The account changed while this was under way, and the code was that of what it was before.
  return typeof tokens === "string" ? err("invalid_code") : ok(tokens);
}

async function checkCode(
  deps: SignInByCodeDeps,
  actor: Actor,
  flow: StartedFlow,
  code: string,
): Promise<Result<Credential, "invalid_code" | Throttled>> {
  const { throttle, users, emailCodes } = deps;
  const tried = { id: flow.id, endsAt: flow.startedAt + CODE_LIFETIME };
  const [reservation, lookup] = await Promise.allSettled([
    throttle.reserveCode(flow.email, tried),
    users.findByEmail(flow.email),
  ]);
  if (reservation.status === "rejected") throw reservation.reason;
  const attempt = reservation.value;
  if (lookup.status === "rejected") {
    if (attempt.kind === "allowed") await giveBack(deps, flow, attempt);
    throw lookup.reason;
  }
  if (attempt.kind === "over") return err("invalid_code");
  if (attempt.kind !== "allowed") {
    return err({ code: "throttled", retryAfter: attempt.retryAfter });
  }
  const credential = lookup.value;
  const { id, version } = credential?.user ?? NOBODY;
  const isRight = emailCodes.matches(code, emailCodes.codeFor(flow.id, id, version));
  // Nobody was mailed a code to an address that is not verified.
  if (!isRight || credential?.user.emailVerified !== true) {
    await tell(deps, actor, flow, attempt, credential);
    return err("invalid_code");
  }
  const isFirst = await throttle.spendCode(flow.email, flow.id);
  return isFirst ? ok(credential) : err("invalid_code");
}

/** Before the reply, so that no wrong try goes untold; as long for a name without an account. */
async function tell(
  deps: SignInByCodeDeps,
  actor: Actor,
  flow: StartedFlow,
  attempt: AllowedAttempt,
  credential: Credential | null,
): Promise<void> {
  const userId = credential?.user.id ?? null;
  const failed = { failures: attempt.reserved.failures, userId, cause: causeOf(actor) };
  await deps.throttle.fail(flow.email, failed).catch(async (error) => {
    await giveBack(deps, flow, attempt);
    throw error;
  });
}

/** A try that an outage ended is given back. If the throttle is down too, it stays counted. */
async function giveBack(
  { throttle }: SignInByCodeDeps,
  { email }: StartedFlow,
  attempt: AllowedAttempt,
): Promise<void> {
  await throttle.release(email, attempt).catch(() => undefined);
}
