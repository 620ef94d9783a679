import type { UserId } from "../../src/domain/ids.ts";
import type { PasswordHasher } from "../../src/use-cases/credentials/ports.ts";
import { plainHasher } from "../support/fakes/password-hasher.ts";
import { keyOf } from "./stores/login-names.ts";
import type { World } from "./world.ts";

type Counts = { granted: number; compared: number };

/**
 * How many tries at each account's password were counted, wherever that is, and how many passwords
 * were compared.
 */
export class Tries {
  readonly #world: World;
  readonly #counts = new Map<UserId, Counts>();
  /** Whose a name was last: a try may come when its owner has just got another. */
  readonly #owners = new Map<string, UserId>();
  /** Those counted for a name that nobody had. */
  readonly #strangers = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** @param name the id of a login name's object */
  grantByName(name: string): void {
    const owner = [...this.#world.db.users.values()].find(({ user }) => keyOf(user.email) === name);
    const id = owner?.user.id ?? this.#owners.get(name);
    if (id === undefined)
      return void this.#strangers.set(name, (this.#strangers.get(name) ?? 0) + 1);
    this.#owners.set(name, id);
    this.grant(id);
  }

  grant(user: UserId): void {
    this.#of(user).granted += 1;
  }

  compare(stored: string): void {
    const rows = [...this.#world.db.users.values()];
    const owner = rows.find(({ passwordHash }) => passwordHash === stored);
    if (owner !== undefined) this.#of(owner.user.id).compared += 1;
  }

  /** An account whose password was compared more often than tries were counted, or null. */
  ahead(): UserId | null {
    for (const [user, { granted, compared }] of this.#counts) {
      const email = this.#world.db.users.get(user)?.user.email ?? "";
      if (compared > granted + (this.#strangers.get(keyOf(email)) ?? 0)) return user;
    }
    return null;
  }

  #of(user: UserId): Counts {
    const counts = this.#counts.get(user) ?? { granted: 0, compared: 0 };
    this.#counts.set(user, counts);
    return counts;
  }
}

/** A hasher that costs nothing, and counts. */
export const countingHasher = (tries: Tries): PasswordHasher => ({
  ...plainHasher,
  verify(password, stored) {
    tries.compare(stored);
    return plainHasher.verify(password, stored);
  },
});
