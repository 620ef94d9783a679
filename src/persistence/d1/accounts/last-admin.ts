import { type SQL, sql } from "drizzle-orm";
import { ADMIN } from "../../../domain/access/role.ts";
import type { UserId } from "../../../domain/ids.ts";

/**
 * True unless the user is the last who can administer the service. A condition of every change that
 * disables, deletes or demotes, so that it holds in the very statement that makes the change.
 */
export const isNotLastAdmin = (userId: UserId, requireVerifiedEmail: boolean): SQL => sql`(
  not ${isActiveAdmin(userId)} or ${anotherAdmin(userId, requireVerifiedEmail)})`;

/** `signInRefusal` of domain/accounts/user.ts in SQL, for whoever has a password: a contract test compares. */
const maySignIn = (requireVerifiedEmail: boolean) => sql`(
  other.status = 'active' and other.password_hash is not null
  and (other.email_verified or not ${requireVerifiedEmail}))`;

/** True while somebody else could still sign in and administer the service. */
const anotherAdmin = (userId: UserId, requireVerifiedEmail: boolean) => sql`exists (
  select 1 from user_roles held join users other on other.id = held.user_id
  where held.role = ${ADMIN} and other.id <> ${userId} and ${maySignIn(requireVerifiedEmail)})`;

/**
 * True for an active administrator, even one who could not sign in again: an open session still
 * acts.
 */
const isActiveAdmin = (userId: UserId) => sql`(users.status = 'active' and exists (
  select 1 from user_roles where user_id = ${userId} and role = ${ADMIN}))`;
