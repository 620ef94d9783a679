import { BUILT_IN_CATALOGUE, type Role } from "../../../src/domain/access/role.ts";
import type { User } from "../../../src/domain/accounts/user.ts";
import type {
  ClientSecret,
  Maker,
  ServiceAccount,
} from "../../../src/domain/clients/service-account.ts";
import type { ServiceAccountId, UserId } from "../../../src/domain/ids.ts";

/** A row of users with its roles, and the change that made this version of it. */
export type UserRow = {
  readonly user: User;
  readonly passwordHash: string | null;
  readonly changeId: string;
  /** Unix milliseconds, or null for one that stays. */
  readonly expiresAt: number | null;
  /** Second factors from before are void (Unix milliseconds). */
  readonly factorsVoidAt?: number;
};

export type ServiceAccountRow = Omit<ServiceAccount, "permissions">;

/** In the order in which they were made. */
export type SecretRow = Omit<ClientSecret, "maker"> & {
  readonly accountId: ServiceAccountId;
  readonly maker: Pick<Maker, "name" | "had">;
};

/** An account, perhaps with the role that it lost; or a role, and so all who hold it. */
export type ProgramEntry = {
  readonly account: ServiceAccountId | null;
  readonly role: string | null;
};

/** What D1 is to the real adapters: the one store that they share. */
export type MemoryDatabase = {
  readonly users: Map<UserId, UserRow>;
  readonly roles: Map<string, Role>;
  readonly serviceAccounts: Map<ServiceAccountId, ServiceAccountRow>;
  readonly clientSecrets: Map<string, SecretRow>;
  /** Service accounts whose standing changed, by number, as the triggers note them. */
  readonly programFeed: { readonly entries: Map<number, ProgramEntry>; last: number };
};

export function memoryDatabase(): MemoryDatabase {
  const programFeed = { entries: new Map<number, ProgramEntry>(), last: 0 };
  const note = (account: ServiceAccountId | null, role: string | null = null) => {
    for (const [seq, entry] of programFeed.entries) {
      if (entry.account === account && entry.role === role) programFeed.entries.delete(seq);
    }
    programFeed.entries.set(++programFeed.last, { account, role });
  };
  const serviceAccounts = new Triggered<ServiceAccountId, ServiceAccountRow>(
    ({ updatedAt: _, name: __, ...row }) => row,
    ({ id, roles }, after) => {
      note(id);
      for (const role of roles.filter((name) => !after?.roles.includes(name))) note(id, role);
    },
  );
  const isHeld = (role: string) =>
    [...serviceAccounts.values()].some((account) => account.roles.includes(role));
  const roles = new Triggered<string, Role>(
    ({ permissions }) => permissions,
    ({ name }) => isHeld(name) && note(null, name),
  );
  for (const [name, role] of BUILT_IN_CATALOGUE) roles.set(name, role);
  const clientSecrets = new Triggered<string, SecretRow>(
    ({ hash, expiresAt }) => ({ hash, expiresAt }),
    ({ accountId }) => note(accountId),
  );
  return { users: new Map(), roles, serviceAccounts, clientSecrets, programFeed };
}

/** A table whose triggers note each row that comes, goes or differs in what they look at. */
class Triggered<K, V> extends Map<K, V> {
  readonly #looksAt: (row: V) => unknown;
  readonly #note: (row: V, after?: V) => unknown;

  constructor(looksAt: (row: V) => unknown, note: (row: V, after?: V) => unknown) {
    super();
    this.#looksAt = looksAt;
    this.#note = note;
  }

  override set(key: K, row: V): this {
    const before = this.get(key);
    const seen = (value: V | undefined) => JSON.stringify(value && this.#looksAt(value));
    if (seen(before) !== seen(row)) this.#note(before ?? row, row);
    return super.set(key, row);
  }

  override delete(key: K): boolean {
    const row = this.get(key);
    if (row !== undefined) this.#note(row);
    return super.delete(key);
  }
}
