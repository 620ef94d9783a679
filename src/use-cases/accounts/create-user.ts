import type { Actor } from "../../domain/access/actor.ts";
import { USER } from "../../domain/access/role.ts";
import type { Email } from "../../domain/accounts/email.ts";
import { FIRST_VERSION, type User } from "../../domain/accounts/user.ts";
import type { Password, PasswordWeakness } from "../../domain/credentials/password.ts";
import type { UserId } from "../../domain/ids.ts";
import type { PasswordHasher, PasswordPolicy } from "../credentials/ports.ts";
import type { Clock } from "../outside.ts";
import type { NewUser, Users } from "./ports.ts";

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

type CreateUserRefusal =
  | { readonly kind: "weak_password"; readonly weakness: PasswordWeakness }
  | { readonly kind: "email_taken" | "no_such_role" };

export type CreateUserResult =
  | { readonly kind: "created"; readonly user: User }
  | CreateUserRefusal;

/**
 * Makes an account with its roles in one step. Every account holds the role `user`.
 *
 * @param by whose act it is, when it is done only while they may
 */
export async function createUser(
  deps: CreateUserDeps,
  input: CreateUserInput,
  by?: Actor,
): Promise<CreateUserResult> {
  const weakness = input.password && (await deps.policy.weakness(input.password, input.email));
  if (weakness) return { kind: "weak_password", weakness };

  const user: NewUser = {
    id: deps.newUserId(),
    email: input.email,
    name: input.name,
    passwordHash: input.password && deps.hasher.hash(input.password),
    emailVerified: false,
    roles: [...new Set([USER, ...input.roles])].sort(),
    now: deps.clock(),
  };
  const outcome = await createOnce(deps.users, user, by);
  return outcome === "created" ? { kind: "created", user: userOf(user) } : { kind: outcome };
}

/** A reply that was lost is told from a failure by looking for the id, which no one else has. */
async function createOnce(
  users: Users,
  user: NewUser,
  by: Actor | undefined,
): ReturnType<Users["create"]> {
  try {
    return await users.create(user, by);
  } catch (error) {
    const created = await users.findById(user.id).catch(() => null);
    if (created === null) throw error;
    return "created";
  }
}

/** The row as it was just made: reading it again would tell a new address from a taken one. */
function userOf({ now, passwordHash: _, ...user }: NewUser): User {
  return {
    ...user,
    status: "active",
    version: FIRST_VERSION,
    passwordSetAt: now,
    createdAt: now,
    updatedAt: now,
  };
}
