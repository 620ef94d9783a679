import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import type { ClientSecret, ServiceAccount } from "../../domain/clients/service-account.ts";

/** Whether an actor may still act: asked after a change was not made, to tell why. */
export interface Actors {
  /** True while the actor is active and holds the roles and permissions that they act by. */
  stillAct(actor: Actor): Promise<boolean>;
}

/** What is left out stays. */
export type RoleChange = Partial<Omit<Role, "name">>;

export interface Roles {
  list(): Promise<Role[]>;
  /** Roles by name, read now. A name without a role is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /**
   * Distinct sets of roles that include this one, in order: far fewer than its holders.
   *
   * @param after the last set of the page before
   */
  heldSets(name: string, after: readonly string[] | null, limit: number): Promise<string[][]>;
  /** @returns "moved" when the actor may act no more, as all that follow */
  create(role: Role, edit: RoleEdit): Promise<"created" | "role_exists" | "too_many" | "moved">;
  /** @returns the role, or "moved" when it or a holder changed since it was read */
  update(name: string, change: RoleChange, decided: RoleDecision): Promise<Role | "moved" | null>;
  /** @param role as it was read: removed only while it grants the same */
  remove(role: Role, edit: RoleEdit): Promise<"removed" | "not_found" | "role_in_use" | "moved">;
}

/** Who edits a role: done only while they may act. */
export type RoleEdit = {
  readonly actor: Actor;
  /** Random: marks the edit. */
  readonly changeId: string;
};

/** What an edit was decided on: it is made only while all of that holds. */
export type RoleDecision = RoleEdit & {
  readonly now: number;
  readonly role: Role;
  /** For an edit that raises: every service account that holds the role. */
  readonly raise: (Raise & { readonly holders: readonly RaisedHolder[] }) | null;
};

/** @property isRaised false when another role already granted as much */
type RaisedHolder = Pick<ServiceAccount, "id" | "version"> & { readonly isRaised: boolean };

/** Editable and built-in roles by name, from copies of a limited age. */
export interface RoleCatalogue {
  /** Roles by name. A name without a role is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /** Some of what is known without asking D1, by name; null for a name without a role. */
  atHand(): ReadonlyMap<string, Role | null>;
  /** Every role, read now. */
  all(): Promise<ReadonlyMap<string, Role>>;
  /** Drops the copies: the next look-up reads anew. */
  forget(): void;
}

/** An account and its living secrets, the oldest first, read in one moment. */
export type WithSecrets = {
  readonly account: ServiceAccount;
  readonly secrets: readonly ClientSecret[];
};

/** What a raise was decided on, and the secrets that it ends. */
export type Raise = {
  /** Ids of every living secret that was read: with another one, nothing is done. */
  readonly seen: readonly string[];
  /** Ids of the secrets whose makers may not grant as much. */
  readonly ended: readonly string[];
};

/** The service accounts that hold roles. */
export interface RoleHolders {
  /** Every account that holds a role. */
  holdersOf(role: string, now: number): Promise<WithSecrets[]>;
}
