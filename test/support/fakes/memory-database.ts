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
};

export type ServiceAccountRow = Omit<ServiceAccount, "permissions">;

/** In the order in which they were made. */
export type SecretRow = Omit<ClientSecret, "maker"> & {
  readonly accountId: ServiceAccountId;
  readonly maker: Pick<Maker, "name" | "had">;
};

/** What D1 is to the real adapters: the one store that they share. */
export type MemoryDatabase = {
  readonly users: Map<UserId, UserRow>;
  readonly roles: Map<string, Role>;
  readonly serviceAccounts: Map<ServiceAccountId, ServiceAccountRow>;
  readonly clientSecrets: Map<string, SecretRow>;
};

export const memoryDatabase = (): MemoryDatabase => ({
  users: new Map(),
  roles: new Map(BUILT_IN_CATALOGUE),
  serviceAccounts: new Map(),
  clientSecrets: new Map(),
});
