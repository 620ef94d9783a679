import type { Actor } from "../../domain/access/actor.ts";
import { USER } from "../../domain/access/role.ts";
import type { Email } from "../../domain/accounts/email.ts";
import { UNVERIFIED_LIFETIME } from "../../domain/accounts/mail-token.ts";
import { FIRST_VERSION, isUsable, type User } from "../../domain/accounts/user.ts";
import type { Password } from "../../domain/credentials/password.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { PasswordHasher, PasswordPolicy } from "../credentials/ports.ts";
import type { WeakPassword } from "../credentials/refusals.ts";
import type { Clock } from "../outside.ts";
import type { NewUser, Users } from "./ports.ts";

export type CreateUserDeps = {
  readonly users: Users;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly newUserId: () => UserId;
  readonly requireVerifiedEmail: boolean;
};

export type CreateUserInput = {
  readonly email: Email;
  readonly name: string | null;
  /** Null for an account that cannot sign in until it has been given a password. */
  readonly password: Password | null;
  readonly roles: readonly string[];
};

/**
 * Makes an account with its roles in one step, while the actor may act. All hold the role `user`.
 */
export async function createUser(
  deps: CreateUserDeps,
  actor: Actor,
  input: CreateUserInput,
): Promise<Result<User, WeakPassword | "email_taken" | "no_such_role">> {
  const weakness = input.password && (await deps.policy.weakness(input.password, input.email));
  if (weakness) return err({ code: "weak_password", weakness });

  const passwordHash = input.password && (await deps.hasher.hash(input.password));
  const now = deps.clock();
  const holds = { emailVerified: false, hasPassword: input.password !== null };
  const user: NewUser = {
    id: deps.newUserId(),
    email: input.email,
    name: input.name,
    passwordHash,
    emailVerified: false,
    roles: [...new Set([USER, ...input.roles])].sort(),
    now,
    expiresAt: isUsable(holds, deps.requireVerifiedEmail) ? null : now + UNVERIFIED_LIFETIME,
  };
  const outcome = await createOnce(deps.users, actor, user);
  return outcome === "created" ? ok(userOf(user)) : err(outcome);
}

/** After a lost reply, looks for the new id: it is there only if the row was written. */
async function createOnce(users: Users, actor: Actor, user: NewUser): ReturnType<Users["create"]> {
  try {
    return await users.create(user, actor);
  } catch (error) {
    const created = await users.findById(user.id).catch(() => null);
    if (created === null) throw error;
    return "created";
  }
}

/**
 * Built from the input: reading it back would take longer for a new address than for a taken one.
 */
function userOf({ now, passwordHash: _, expiresAt: __, ...user }: NewUser): User {
  return {
    ...user,
    status: "active",
    version: FIRST_VERSION,
    passwordSetAt: now,
    createdAt: now,
    updatedAt: now,
  };
}
