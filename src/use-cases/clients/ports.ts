import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import type { UserStatus } from "../../domain/accounts/user.ts";
import type { ClientSecret, Maker, ServiceAccount } from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import type { Raise, RoleHolders, WithSecrets } from "../access/ports.ts";

export type NewServiceAccount = {
  readonly actor: Actor;
  readonly id: ServiceAccountId;
  readonly name: string;
  /** As they were read: made only while they are the same. */
  readonly roles: readonly Role[];
  readonly secret: NewClientSecret;
  readonly now: number;
};

export type NewClientSecret = Pick<ClientSecret, "id" | "hash"> & {
  readonly maker: Pick<Maker, "name" | "had">;
};

/** A change is made only to the version that was read, and only while its actor may act. */
export type Act = {
  readonly actor: Actor;
  readonly now: number;
  readonly version: number;
};

/** With its raise, if there is one: tokens issued before are then refused. */
export type Decided = Act & { readonly raise: Raise | null };

export interface ServiceAccounts extends RoleHolders {
  /**
   * The account, its roles and its first secret, or nothing. `moved`: the actor may act no more, or
   * a role changed.
   */
  create(account: NewServiceAccount): Promise<"created" | "moved" | "too_many">;
  find(id: ServiceAccountId): Promise<ServiceAccount | null>;
  /**
   * Every service account, the oldest first, without its permissions. A row that cannot be read is
   * left out, with a notice.
   */
  list(): Promise<Omit<ServiceAccount, "permissions">[]>;
  withSecrets(id: ServiceAccountId, now: number): Promise<WithSecrets | null>;
  /** @returns false when the account changed or the actor may act no more, as all that follow */
  update(
    id: ServiceAccountId,
    change: { readonly name?: string; readonly status?: UserStatus },
    decided: Decided,
  ): Promise<boolean>;
  /** @param after the roles it will have, as they were read: given only while they are the same */
  setRole(
    id: ServiceAccountId,
    role: string,
    after: readonly Role[],
    decided: Decided,
  ): Promise<boolean>;
  /**
   * Adds a secret. The secrets that it supersedes expire at the time given, unless they expire
   * sooner. At the limit of secrets nothing is done.
   */
  addSecret(
    id: ServiceAccountId,
    secret: NewClientSecret,
    othersExpireAt: number,
    act: Act,
  ): Promise<"added" | "moved" | "too_many">;
  /** Ends a secret. If only superseded ones are left, the newest of them loses its end. */
  endSecret(id: ServiceAccountId, secretId: string, act: Act): Promise<boolean>;
  /** Records when a secret was used, unless a use after `since` is known. */
  noteUse(secretId: string, now: number, since: number): Promise<void>;
  /** @param version null for any, also of a row that cannot be read */
  remove(
    id: ServiceAccountId,
    actor: Actor,
    version: number | null,
  ): Promise<"removed" | "not_found" | "moved">;
}
