import type { Actor } from "../../domain/access/actor.ts";
import { CODE_LIFETIME } from "../../domain/credentials/code-flow.ts";
import { userIdOf } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { isYoungerElsewhere } from "../../domain/time.ts";
import { checkTry, type Tries } from "../credentials/check-try.ts";
import type {
  Credential,
  Credentials,
  EmailCodes,
  LoginThrottle,
  StartedFlow,
} from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import { type OpenDeps, openSession, type SecondFactorRequired } from "./open-session.ts";

export type SignInByCodeDeps = OpenDeps & {
  readonly users: Credentials;
  readonly throttle: LoginThrottle;
  readonly emailCodes: EmailCodes;
};

type Refusal = "invalid_code" | "account_disabled" | SecondFactorRequired | Throttled;

const INVALID = "invalid_code";

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
  if (flow === null || !isYoungerElsewhere(flow.startedAt, deps.clock(), CODE_LIFETIME)) {
    return err(INVALID);
  }
  const checked = await checkCode(deps, actor, flow, code);
  if (!checked.ok) return checked;
  const { user } = checked.value;
  if (user.status !== "active") return err("account_disabled");
  const opened = await openSession(deps, actor, user, "otp");
  // The account changed while this was under way, and the code was that of what it was before.
  if (typeof opened === "string") return err(INVALID);
  return "code" in opened ? err(opened) : ok(opened);
}

async function checkCode(
  deps: SignInByCodeDeps,
  actor: Actor,
  flow: StartedFlow,
  code: string,
): Promise<Result<Credential, "invalid_code" | Throttled>> {
  const { throttle, users, emailCodes } = deps;
  const find = () => users.findByEmail(flow.email);
  const compare = async (credential: Credential | null) => {
    const { id, version } = credential?.user ?? NOBODY;
    const isRight = emailCodes.matches(code, emailCodes.codeFor(flow.id, id, version));
    // Nobody was mailed a code to an address that is not verified.
    return isRight && credential?.user.emailVerified === true ? credential : null;
  };
  const checked = await checkTry(actor, triesAt(deps, flow), find, compare, INVALID);
  if (!checked.ok) return checked;
  const isFirst = await throttle.spendCode(flow.email, flow.id);
  return isFirst ? checked : err(INVALID);
}

/** Tries at one code, which count with all others for the name. */
const triesAt = ({ throttle }: SignInByCodeDeps, { id, email, startedAt }: StartedFlow): Tries => ({
  reserve: () => throttle.reserveCode(email, { id, endsAt: startedAt + CODE_LIFETIME }),
  reserveSince: null,
  release: (attempt) => throttle.release(email, attempt),
  fail: (failed) => throttle.fail(email, failed),
});
