import type { Actor } from "../access/actor.ts";
import { covers } from "../access/permission.ts";
import { permissionsOf, type Role } from "../access/role.ts";
import type { UserStatus } from "../accounts/user.ts";
import type { ServiceAccountId } from "../ids.ts";

/** A program that acts for itself (RFC 6749, section 4.4). Times are Unix milliseconds. */
export type ServiceAccount = {
  readonly id: ServiceAccountId;
  /** What operators call it. */
  readonly name: string;
  readonly status: UserStatus;
  readonly roles: readonly string[];
  /** The permissions that its roles grant, read in the same moment. */
  readonly permissions: readonly string[];
  /** Grows with every change to status or roles, and when a role comes to grant more. */
  readonly version: number;
  /**
   * Tokens of an older version are refused: they were issued before a raise or the end of a secret.
   */
  readonly tokensFrom: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** What decides what a service account may do now, read in one moment. */
export type ProgramAuthority = Pick<
  ServiceAccount,
  "id" | "status" | "roles" | "permissions" | "version" | "tokensFrom"
>;

/** A service account that authenticated, as an actor. */
export type Program = Actor & { readonly kind: "service"; readonly account: ProgramAuthority };

export const programOf = (account: ProgramAuthority): Program => ({
  kind: "service",
  id: account.id,
  roles: account.roles,
  permissions: account.permissions,
  account,
});

/** What an account authenticates with. */
export type ClientSecret = {
  readonly id: string;
  /** SHA-256 of the whole secret, as base64url: of its bits 192 are random. */
  readonly hash: string;
  readonly maker: Maker;
  readonly createdAt: number;
  /** Written at most once an hour. */
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
};

/** What it takes to authenticate with a secret. */
export type HeldSecret = Pick<ClientSecret, "id" | "hash" | "lastUsedAt" | "expiresAt">;

/** False from the moment that a superseded secret ends. */
export const isLiving = ({ expiresAt }: Pick<ClientSecret, "expiresAt">, now: number): boolean =>
  expiresAt === null || expiresAt > now;

/** Whoever made a secret, and may know it. */
export type Maker = {
  /** Null where it was not kept. */
  readonly name: string | null;
  /** What a program could do when it made the secret; null for people. */
  readonly had: readonly string[] | null;
  /** The roles it has now: none when it is gone or may not act. */
  readonly roles: readonly string[];
};

/** An id, or the kind and the name of whoever has none. */
export const makerName = ({ kind, id }: Actor): string =>
  kind === "user" || kind === "service" ? id : `${kind}:${id}`;

/**
 * True when the maker of a secret may grant these permissions now, so that nobody knows the secret
 * of an account that may do more. A program must have been able to when it made the secret, too:
 * whoever ran it then may know the secret. A Worker or an operator has no roles here to read now.
 *
 * @param catalogue the maker's roles as they are
 */
export function couldGrant(
  { had, roles }: Maker,
  catalogue: ReadonlyMap<string, Role>,
  permissions: readonly string[],
): boolean {
  return (
    covers(permissionsOf(roles, catalogue), permissions) &&
    (had === null || covers(had, permissions))
  );
}
