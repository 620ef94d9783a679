import type { Actor } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { WeakPassword } from "../credentials/refusals.ts";
import { Impossible } from "../outside.ts";
import { type CreateUserDeps, createUser } from "./create-user.ts";
import { type RequestMailDeps, requestBy } from "./request-mail.ts";

export type RegisterUserDeps = CreateUserDeps & RequestMailDeps & { readonly isPrivate: boolean };

/**
 * Registers somebody who may or may not own the address. In private mode nothing is looked up before
 * the reply, and the account starts without the password: by signing in with it, a stranger would
 * learn whether the address was free, and would hold the account once its owner verified it. Nor does
 * a stranger choose its name.
 *
 * @returns the account, or null in private mode
 */
export async function registerUser(
  deps: RegisterUserDeps,
  actor: Actor,
  input: { readonly email: Email; readonly password: Password; readonly name: string | null },
): Promise<Result<User | null, WeakPassword | "email_taken">> {
  if (deps.isPrivate) return registerPrivately(deps, actor, input);
  const made = await createUser(deps, actor, { ...input, roles: [] });
  if (made.ok) return made;
  if (made.error === "no_such_role") throw new Impossible("built_in_roles_missing");
  return err(made.error);
}

async function registerPrivately(
  deps: RegisterUserDeps,
  actor: Actor,
  { email, password }: { readonly email: Email; readonly password: Password },
): Promise<Result<null, WeakPassword>> {
  const weakness = await deps.policy.weakness(password, email);
  if (weakness !== null) return err({ code: "weak_password", weakness });
  await deps.mailRequests.send({ ...requestBy(deps, actor, email), purpose: "register" });
  return ok(null);
}
