import type { Email } from "../domain/email.ts";
import type { UserId } from "../domain/ids.ts";
import type { Password, PasswordWeakness } from "../domain/password.ts";
import { covers } from "../domain/permission.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { permissionsOf, USER } from "../domain/role.ts";
import type { User } from "../domain/user.ts";
import type { Clock, PasswordHasher, PasswordPolicy, RoleCatalogue, Users } from "./ports.ts";
import { Unavailable } from "./ports.ts";

export type CreateUserDeps = {
  readonly users: Users;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly newUserId: () => UserId;
};

export type CreateUserInput = {
  readonly email: Email;
  readonly name: string | null;
  /** Null for an account that cannot sign in until it has been given a password. */
  readonly password: Password | null;
  readonly roles: readonly string[];
};

export type CreateUserRefusal =
  | { readonly kind: "weak_password"; readonly weakness: PasswordWeakness }
  | { readonly kind: "email_taken" | "no_such_role" };

export type CreateUserResult =
  | { readonly kind: "created"; readonly user: User }
  | CreateUserRefusal;

/** Makes an account with its roles in one step. Every account holds the role `user`. */
export async function createUser(
  deps: CreateUserDeps,
  input: CreateUserInput,
): Promise<CreateUserResult> {
  const weakness = input.password && (await deps.policy.weakness(input.password, input.email));
  if (weakness) return { kind: "weak_password", weakness };

  const id = deps.newUserId();
  const outcome = await createOnce(deps.users, {
    id,
    email: input.email,
    name: input.name,
    passwordHash: input.password && deps.hasher.hash(input.password),
    emailVerified: false,
    roles: [...new Set([USER, ...input.roles])].sort(),
    now: deps.clock(),
  });
  if (outcome !== "created") return { kind: outcome };
  const created = await deps.users.findById(id);
  if (created === null) throw new Unavailable("users"); // deleted again in the same moment
  return { kind: "created", user: created.user };
}

/** A reply that was lost is told from a failure by looking for the id, which no one else has. */
async function createOnce(
  users: Users,
  user: Parameters<Users["create"]>[0],
): ReturnType<Users["create"]> {
  try {
    return await users.create(user);
  } catch (error) {
    const created = await users.findById(user.id).catch(() => null);
    if (created === null) throw error;
    return "created";
  }
}

/** Nobody grants what they don't have. */
export async function mayGrant(
  roles: RoleCatalogue,
  held: readonly string[],
  names: readonly string[],
): Promise<Result<null, "forbidden" | "no_such_role">> {
  const catalogue = await roles.all();
  if (names.some((name) => !catalogue.has(name))) return err("no_such_role");
  return covers(held, permissionsOf(names, catalogue)) ? ok(null) : err("forbidden");
}
