import { type Actor, isPerson } from "../../domain/access/actor.ts";
import type { AccountChange } from "../../domain/accounts/account-change.ts";
import type { Authority } from "../../domain/accounts/authority.ts";
import type { MailToken } from "../../domain/accounts/mail-token.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { causeOf } from "../../domain/events/event.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  checkPassword,
  type PasswordCheckDeps,
  triesByName,
} from "../credentials/check-password.ts";
import type { Credential } from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import { type MailTokenDeps, mailTokenFor, parseMailToken } from "./mail-tokens.ts";
import type { Accounts, Users } from "./ports.ts";

export type RedeemDeps = MailTokenDeps & {
  readonly users: Pick<Users, "findById">;
  readonly accounts: Pick<Accounts, "change">;
  readonly newChangeId: () => string;
};

export type VerifyEmailDeps = RedeemDeps & PasswordCheckDeps;

type Refusal = "invalid_token" | "invalid_credentials" | Throttled;

/**
 * Redeems the token that was mailed to an address: it is the account's from now on. Whoever
 * registered an address need not own it. So the password and the sessions stay only for whoever
 * shows the password as well, or is in a session of that account; for anyone else they are void. A
 * change of address is nobody else's to confirm: it is refused, and the token stays good.
 *
 * @returns a token to choose a password with, where there is none now, or null
 */
export async function verifyEmail(
  deps: VerifyEmailDeps,
  actor: Actor,
  input: { readonly token: string; readonly password: Password | null },
): Promise<Result<{ readonly resetToken: string | null }, Refusal>> {
  const parsed = parseMailToken(deps, input.token, ["verify", "change_email"]);
  if (!parsed.ok) return parsed;
  const token = parsed.value;
  const credential = await accountOf(deps, token);
  if (credential === null) return err("invalid_token");
  const shown = await showsOwner(deps, actor, credential, input.password);
  if (!shown.ok) return shown;
  if (token.newEmail !== null) {
    // Whoever reads a mistyped address must not get the account, nor its address a stranger's.
    if (!shown.value) return err("invalid_credentials");
    const changed = await redeem(deps, actor, token, { kind: "set_email", email: token.newEmail });
    return changed.ok ? ok({ resetToken: null }) : changed;
  }
  const keepPassword = shown.value && credential.passwordHash !== null;
  const changed = await redeem(deps, actor, token, { kind: "verify_email", keepPassword });
  if (!changed.ok) return changed;
  if (keepPassword) return ok({ resetToken: null });
  const verified = { id: token.userId, version: changed.value.version };
  return ok({ resetToken: deps.mailTokens.format(mailTokenFor(verified, "reset", deps.clock())) });
}

/** The account as it was when the token was made, or null. */
export async function accountOf(
  { users }: Pick<RedeemDeps, "users">,
  { userId, accountVersion }: MailToken,
): Promise<Credential | null> {
  const credential = await users.findById(userId);
  return credential?.user.version === accountVersion ? credential : null;
}

/** Whether whoever acts was the account's owner before they read the mail. */
async function showsOwner(
  deps: VerifyEmailDeps,
  actor: Actor,
  credential: Credential,
  password: Password | null,
): Promise<Result<boolean, "invalid_credentials" | Throttled>> {
  if (password === null) return ok(isPerson(actor) && actor.userId === credential.user.id);
  const tries = triesByName(deps, credential.user.email);
  const check = await checkPassword(deps, actor, tries, password, async () => credential);
  return check.ok ? ok(true) : check;
}

/**
 * Makes the change that a token allows, on the version that it was made for: of any number at once
 * one is made. A fence moves the version on as well, so a token dies with a change that broke off:
 * whoever holds it asks for another.
 */
export async function redeem(
  { accounts, newChangeId }: Pick<RedeemDeps, "accounts" | "newChangeId">,
  actor: Actor,
  { userId, accountVersion: ifVersion }: MailToken,
  change: AccountChange,
): Promise<Result<Authority, "invalid_token">> {
  // Whoever shows the token is known by it.
  const cause = causeOf({ ...actor, kind: "user", id: userId });
  const answer = await accounts.change(userId, {
    changeId: newChangeId(),
    change,
    ifVersion,
    cause,
  });
  return answer.kind === "done" ? ok(answer.authority) : err("invalid_token");
}
