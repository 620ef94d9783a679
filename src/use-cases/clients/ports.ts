import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import type { UserStatus } from "../../domain/accounts/user.ts";
import type {
  ClientSecret,
  HeldSecret,
  Maker,
  ProgramAuthority,
  ServiceAccount,
} from "../../domain/clients/service-account.ts";
import type { ServiceAccountId } from "../../domain/ids.ts";
import type { Raise, RoleHolders, WithSecrets } from "../access/ports.ts";
import type { LivePrograms } from "../tokens/ports.ts";

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

/** What a program is judged by, read in one moment: an old secret never yields later rights. */
export type Standing = ProgramAuthority & { readonly secrets: readonly HeldSecret[] };

/** The standing of service accounts as their own objects know it. An outage is `Unavailable`. */
export interface Programs extends LivePrograms {
  find(id: ServiceAccountId): Promise<Standing | null>;
  /**
   * Remembers when a secret was used.
   *
   * @returns false when a use after `since` is known: it need not be written down again
   */
  noteUse(id: ServiceAccountId, secretId: string, now: number, since: number): Promise<boolean>;
  /**
   * Takes over what D1 says from now on. Repeating it is harmless; an object that knows nobody
   * stores nothing.
   */
  catchUp(id: ServiceAccountId): Promise<void>;
}

/** The part of D1 that a service account's object reads. */
export interface ProgramRecord {
  /** As the primary has it, or null where there is none. */
  read(id: ServiceAccountId): Promise<Standing | null>;
}

/** @property checkedAt when D1 said so (Unix milliseconds); null once it is known to have changed */
export type StandingCopy = { readonly standing: Standing; readonly checkedAt: number | null };

/** What the judge of a service account keeps. All but `erase` is synchronous. */
export interface ProgramStore {
  copy(): StandingCopy | null;
  keep(copy: StandingCopy): void;
  /** Leaves nothing behind, also in an object that never knew anybody. */
  erase(): Promise<void>;
}

/** One service account; those that hold a role, or lost it and were not told; or everybody. */
export type Concerned =
  | { readonly kind: "account"; readonly id: ServiceAccountId }
  | { readonly kind: "role"; readonly name: string }
  | { readonly kind: "everybody" };

/** @property upTo the number of the last entry that was read */
type NotedPrograms = {
  readonly upTo: number;
  readonly ids: readonly ServiceAccountId[];
};

/**
 * The service accounts that changed, whoever changed them: the triggers of D1 note each change in
 * the batch that makes it.
 */
export interface ProgramFeed {
  /** Whom entries concern, those first whose newest entry is the oldest; null where there is none. */
  noted(whom: Concerned): Promise<NotedPrograms | null>;
  /**
   * Forgets the entries that were read, whose accounts were told. Those that were not are noted
   * anew, in this order.
   */
  forget(whom: Concerned, told: NotedPrograms, untold: readonly ServiceAccountId[]): Promise<void>;
}
