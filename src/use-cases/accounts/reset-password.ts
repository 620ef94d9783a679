import type { Actor } from "../../domain/access/actor.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { LoginThrottle, PasswordHasher, PasswordPolicy } from "../credentials/ports.ts";
import type { WeakPassword } from "../credentials/refusals.ts";
import type { Notify } from "../events/ports.ts";
import { parseMailToken } from "./mail-tokens.ts";
import { accountOf, type RedeemDeps, redeem } from "./verify-email.ts";

export type ResetPasswordDeps = RedeemDeps & {
  readonly policy: PasswordPolicy;
  readonly hasher: PasswordHasher;
  readonly throttle: Pick<LoginThrottle, "clear">;
  readonly notify: Notify;
};

/**
 * Sets the password by a token that was mailed, to somebody who forgot theirs or was invited. The
 * address that it was mailed to is verified by it, every session has ended when this returns
 * (ASVS 7.4.3), and nobody is signed in. A weak password does not spend the token.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  actor: Actor,
  { token: text, password }: { readonly token: string; readonly password: Password },
): Promise<Result<null, "invalid_token" | WeakPassword>> {
  const token = parseMailToken(deps, text, ["reset", "invite"]);
  if (!token.ok) return token;
  const credential = await accountOf(deps, token.value);
  if (credential === null) return err("invalid_token");
  const { email } = credential.user;
  const weakness = await deps.policy.weakness(password, email);
  if (weakness !== null) return err({ code: "weak_password", weakness });
  const passwordHash = await deps.hasher.hash(password);
  const change = { kind: "reset_password", passwordHash } as const;
  const changed = await redeem(deps, actor, token.value, change);
  if (!changed.ok) return changed;
  // A failed clear leaves the count too high until the new password is used.
  await deps.throttle
    .clear(email)
    .catch(() => deps.notify({ event: "login_throttle_not_cleared", actor }));
  return ok(null);
}
