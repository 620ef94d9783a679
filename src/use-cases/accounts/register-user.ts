import type { Email } from "../../domain/accounts/email.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { Impossible } from "../outside.ts";
import { type CreateUserDeps, type CreateUserResult, createUser } from "./create-user.ts";

export type RegisterUserDeps = CreateUserDeps & { readonly isPrivate: boolean };

export type Registration =
  | Exclude<CreateUserResult, { kind: "no_such_role" }>
  | { readonly kind: "accepted" };

/**
 * Registers somebody who may or may not own the address. In private mode the reply is the same
 * whether the address was free or taken, and the account starts without the password: by signing
 * in with it, a stranger would learn which it was, and would hold the account once its owner
 * verified the address. Nor is the account called what a stranger says.
 */
export async function registerUser(
  deps: RegisterUserDeps,
  input: { readonly email: Email; readonly password: Password; readonly name: string | null },
): Promise<Registration> {
  if (!deps.isPrivate) return created(await createUser(deps, { ...input, roles: [] }));
  const weakness = await deps.policy.weakness(input.password, input.email);
  if (weakness !== null) return { kind: "weak_password", weakness };
  await createUser(deps, { email: input.email, name: null, password: null, roles: [] });
  return { kind: "accepted" };
}

function created(result: CreateUserResult): Registration {
  if (result.kind === "no_such_role") throw new Impossible("built_in_roles_missing");
  return result;
}
