import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import type { ClientSecret, ServiceAccount } from "../../domain/clients/service-account.ts";

/** Whether those who act may still. Asked where a change was not made, to tell why. */
export interface Actors {
  /** True while a person or program is active and holds the roles and rights that they act by. */
  stillAct(actor: Actor): Promise<boolean>;
}

export interface Roles {
  list(): Promise<Role[]>;
  /** The roles so named, as they are now. A name that no role bears is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /**
   * Distinct sets of roles, in order, of users and service accounts that hold this one: few, as
   * against those who hold it.
   *
   * @param after the last set of the page before
   */
  heldSets(name: string, after: readonly string[] | null, limit: number): Promise<string[][]>;
  /** @returns "moved" when whoever makes it may act no more, as all that follow */
  create(role: Role, edit: RoleEdit): Promise<"created" | "role_exists" | "too_many" | "moved">;
  /** @returns the role, or "moved" when it or its holders are not what was looked at */
  update(
    name: string,
    change: Partial<Omit<Role, "name">>,
    decided: RoleDecision,
  ): Promise<Role | "moved" | null>;
  /** @param role as it was looked at: removed only while it grants no more and no less */
  remove(role: Role, edit: RoleEdit): Promise<"removed" | "not_found" | "role_in_use" | "moved">;
}

/** Who edits the roles: it is done only while they may act. */
export type RoleEdit = {
  readonly actor: Actor;
  /** Random: marks the edit. */
  readonly changeId: string;
};

/** What an edit of a role was decided on: it is made only while all of it is so. */
export type RoleDecision = RoleEdit & {
  readonly now: number;
  readonly role: Role;
  /** For a role that comes to grant more: every service account that holds it. */
  readonly raise: (Raise & { readonly holders: readonly RaisedHolder[] }) | null;
};

/** @property isRaised false for one that could do as much before, by another role */
type RaisedHolder = Pick<ServiceAccount, "id" | "version"> & { readonly isRaised: boolean };

/** The editable and the built-in roles by name, as old as the copies may be. */
export interface RoleCatalogue {
  /** The roles so named. A name that no role bears is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /** Some of what is known without asking D1, by name: null for a name that no role bears. */
  atHand(): ReadonlyMap<string, Role | null>;
  /** Every role, read now: for whoever cannot tell which are wanted. */
  all(): Promise<ReadonlyMap<string, Role>>;
  /** What is asked for next is read anew. */
  forget(): void;
}

/** An account and its living secrets, the oldest first, as of one moment. */
export type WithSecrets = {
  readonly account: ServiceAccount;
  readonly secrets: readonly ClientSecret[];
};

/** What an account that comes to do more was judged by, and what that ends. */
export type Raise = {
  /** The ids of all living secrets that were looked at: with another one, nothing is done. */
  readonly seen: readonly string[];
  /** The ids of those whose makers could not have granted as much. */
  readonly ended: readonly string[];
};

/** The service accounts that hold roles. */
export interface RoleHolders {
  /** Every account that holds a role. */
  holdersOf(role: string, now: number): Promise<WithSecrets[]>;
}
