import type { Person } from "../../domain/access/actor.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { Acr } from "../../domain/assurance.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { causeOf } from "../../domain/events/event.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { isYoungerElsewhere } from "../../domain/time.ts";
import { type StepUpNeeded, stepUpNeeded } from "../../domain/tokens/access-token.ts";
import {
  checkPassword,
  type PasswordCheckDeps,
  type Proof,
  triesBy,
} from "../credentials/check-password.ts";
import type { Credential } from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import type { Clock } from "../outside.ts";
import type { NewSession } from "../sessions/ports.ts";
import type { Accounts, ChangeAnswer, Users } from "./ports.ts";

export type OwnAccountDeps = PasswordCheckDeps & {
  readonly users: Users;
  readonly accounts: Accounts;
  readonly newChangeId: () => string;
  readonly clock: Clock;
  /** Milliseconds for which a sign-in or step-up stands for the password. */
  readonly stepUpMaxAge: number;
};

/** @param acr what must be shown; a second factor, where one was added while it was asked */
export const insufficientFor = (
  { stepUpMaxAge }: Pick<OwnAccountDeps, "stepUpMaxAge">,
  acr: Acr = "aal2",
): StepUpNeeded => stepUpNeeded({ acr, maxAge: stepUpMaxAge / 1_000 });

export type ProofRefusal = "invalid_credentials" | "not_found" | StepUpNeeded | Throttled;

/** What proves too little for what adds a factor: where there is one already, it must be shown. */
type Asked = { readonly addsFactor?: boolean };

/**
 * An access token alone does not change an account: a thief of the session has one. What its owner
 * adds is the password, or a sign-in or step-up of a moment ago; and with a second factor the
 * session must have shown it, however old it is. Only another factor needs it of a moment ago: the
 * new one would prove what the password could not.
 *
 * @param password null where none was shown
 */
export async function proveOwner(
  deps: OwnAccountDeps,
  actor: Person,
  password: Password | null,
  { addsFactor = false }: Asked = {},
): Promise<Result<Pick<Proof, "credential">, ProofRefusal>> {
  const { proved, accountAcr: acr } = actor;
  const insufficient = insufficientFor(deps, acr);
  if (acr === "aal2" && proved.acr !== "aal2") return err(insufficient);
  const isRecent = isYoungerElsewhere(proved.authTime, deps.clock(), deps.stepUpMaxAge);
  const isEnough = isRecent || (password !== null && !(addsFactor && acr === "aal2"));
  if (!isEnough) return err(insufficient);
  const credential = await deps.users.findById(actor.userId);
  if (credential === null) return err("not_found");
  if (password === null) return ok({ credential });
  const tries = triesBy(deps, actor.userId, "session");
  return checkPassword(deps, actor, tries, password, async () => credential);
}

type Done = Extract<ChangeAnswer, { kind: "done" }>;

export type OwnChangeRefusal = "not_found" | "conflict" | "last_admin";

/**
 * Conditional on the version whose password was proved. A fence moves the version and leaves the
 * password, so the proof still holds.
 */
export async function changeOwn(
  deps: OwnAccountDeps,
  actor: Person,
  { user, passwordHash }: Credential,
  change: AccountChange,
  open?: NewSession,
): Promise<Result<Done, OwnChangeRefusal>> {
  const attempt = (ifVersion: number) =>
    deps.accounts.change(user.id, {
      changeId: deps.newChangeId(),
      change,
      ifVersion,
      inSession: actor.sessionId,
      cause: causeOf(actor),
      ...(open === undefined ? {} : { open }),
    });
  const answer = await attempt(user.version);
  if (answer.kind !== "conflict") return resultOf(answer);
  const now = await deps.users.findById(user.id);
  const isProven = now?.passwordHash === passwordHash && now.user.status === user.status;
  return resultOf(isProven ? await attempt(now.user.version) : answer);
}

function resultOf(answer: ChangeAnswer): Result<Done, OwnChangeRefusal> {
  if (answer.kind === "done") return ok(answer);
  const isOther = answer.kind === "no_such_role" || answer.kind === "email_taken";
  return err(isOther ? "conflict" : answer.kind);
}
