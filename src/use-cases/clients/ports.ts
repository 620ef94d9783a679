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
  /** As they were looked at: made only while they are so. */
  readonly roles: readonly Role[];
  readonly secret: NewClientSecret;
  readonly now: number;
};

export type NewClientSecret = Pick<ClientSecret, "id" | "hash"> & {
  readonly maker: Pick<Maker, "name" | "had">;
};

/** A change is made to the very version that was looked at, and only while its actor may act. */
export type Act = {
  readonly actor: Actor;
  readonly now: number;
  readonly version: number;
};

/** With its raise, where the account comes to do more: the tokens of before are then refused. */
export type Decided = Act & { readonly raise: Raise | null };

export interface ServiceAccounts extends RoleHolders {
  /** The account, its roles and its first secret, or nothing: "moved" also for its actor. */
  create(account: NewServiceAccount): Promise<"created" | "moved" | "too_many">;
  find(id: ServiceAccountId): Promise<ServiceAccount | null>;
  /**
   * All of them, the oldest first, without what they may do. A row that cannot be read is left
   * out, with a notice.
   */
  list(): Promise<Omit<ServiceAccount, "permissions">[]>;
  withSecrets(id: ServiceAccountId, now: number): Promise<WithSecrets | null>;
  /** @returns false when account or actor are not what they were, as all that follow */
  update(
    id: ServiceAccountId,
    change: { readonly name?: string; readonly status?: UserStatus },
    decided: Decided,
  ): Promise<boolean>;
  /** @param after the roles it will have, as they were looked at: made only while they are so */
  setRole(
    id: ServiceAccountId,
    role: string,
    after: readonly Role[],
    decided: Decided,
  ): Promise<boolean>;
  /**
   * Adds a secret. Those that it supersedes go on until the time given, those that were superseded
   * before as long as they were to. Where there are as many as there may be, nothing is done.
   */
  addSecret(
    id: ServiceAccountId,
    secret: NewClientSecret,
    othersExpireAt: number,
    act: Act,
  ): Promise<"added" | "moved" | "too_many">;
  /**
   * Ends a secret. Where none is left that was not superseded, the newest goes on without an end,
   * as after whatever ends secrets: an account is not left with one that is about to die.
   */
  endSecret(id: ServiceAccountId, secretId: string, act: Act): Promise<boolean>;
  /** Remembers when a secret was used, unless a use after `since` is known. */
  noteUse(secretId: string, now: number, since: number): Promise<void>;
  /** @param version null for any, also where the row cannot be read */
  remove(
    id: ServiceAccountId,
    actor: Actor,
    version: number | null,
  ): Promise<"removed" | "not_found" | "moved">;
}
