import { type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import type { Actor } from "../../../domain/access/actor.ts";
import { ADMIN } from "../../../domain/access/role.ts";
import type { AccountChange } from "../../../domain/accounts/account-change.ts";
import { parseEmail } from "../../../domain/accounts/email.ts";
import { verifiedEmailOf } from "../../../domain/accounts/user.ts";
import type { UserId } from "../../../domain/ids.ts";
import type { AccountRecord } from "../../../use-cases/accounts/ports.ts";
import { mayAct } from "../conditions.ts";
import { atomically, type Database } from "../database.ts";
import { flag, rowReader, spelt, status, texts, time, version } from "../rows.ts";
import { isNotLastAdmin } from "./last-admin.ts";
import { asOwnChange } from "./own-changes.ts";
import { ROLES_OF_USER } from "./users.ts";

/**
 * How a user's object changes D1. Every change is one atomic batch, conditional on the version
 * it was decided on, and marks the row with its own id: the row read at the end of the batch
 * tells what happened, whatever was lost on the way.
 */
export function d1AccountRecord(db: Database): AccountRecord {
  /**
   * Runs the statements, if any, and reads the row that they left. The object takes over all that
   * the row says, or finds its intent when it starts again: nobody else need tell it.
   */
  const rowAfter = async (userId: UserId, statements: readonly SQL[]) => {
    const own = statements.length === 0 ? [] : asOwnChange(userId, statements);
    const results = await atomically(db, [...own, selectRow(userId)]);
    return reader.read(results.at(-1)?.results)[0] ?? null;
  };

  return {
    read: (userId) => rowAfter(userId, []),
    apply: (userId, change, changeId, base, now, requireVerifiedEmail, by) =>
      rowAfter(userId, statements(userId, change, changeId, base, now, requireVerifiedEmail, by)),
    fence: (userId, fenceId, base) =>
      rowAfter(userId, [
        sql`update users set version = version + 1, change_id = ${fenceId}
          where id = ${userId} and version = ${base}`,
      ]),
  };
}

const selectRow = (userId: UserId) => sql`
  select id, rowid as row_number, change_id, email, email_verified, status, version,
    password_set_at, factors_void_at, updated_at, ${ROLES_OF_USER} as role_names
  from users where id = ${userId}`;

const reader = rowReader(
  "user_row_unreadable",
  z
    .object({
      change_id: z.string(),
      // Where these cannot be read nobody knows what to call the owner; all else stays as it is.
      email: spelt(parseEmail).optional().catch(undefined),
      email_verified: flag.optional().catch(undefined),
      status,
      version,
      password_set_at: time,
      factors_void_at: time,
      updated_at: time,
      role_names: texts,
    })
    .transform(({ email, email_verified: emailVerified, ...row }) => ({
      changeId: row.change_id,
      authority: {
        status: row.status,
        roles: row.role_names,
        version: row.version,
        passwordSetAt: row.password_set_at,
      },
      verifiedEmail:
        emailVerified === undefined ? undefined : verifiedEmailOf({ email, emailVerified }),
      email,
      factorsVoidAt: row.factors_void_at,
      updatedAt: row.updated_at,
    })),
);

/** The first statement decides and marks; the others follow only where the mark stands. */
function statements(
  userId: UserId,
  change: AccountChange,
  changeId: string,
  base: number,
  now: number,
  requireVerifiedEmail: boolean,
  by: Actor | undefined,
): SQL[] {
  const mayGo = isNotLastAdmin(userId, requireVerifiedEmail);
  const given = change.kind === "assign_role" ? [change.role] : [];
  const mark = (set: SQL, condition: SQL) =>
    sql`
      update users set version = version + 1, change_id = ${changeId}, updated_at = ${now} ${set}
      where id = ${userId} and version = ${base} and ${condition}
        and ${mayAct(by, given)}`;
  // With the version that the mark made: a batch that comes late once more undoes no later change.
  const marked = sql`exists (select 1 from users
    where id = ${userId} and change_id = ${changeId} and version = ${base} + 1)`;

  switch (change.kind) {
    case "set_password":
      return [
        mark(
          // Strictly later than before, even when the clock is not: sessions are told by it.
          sql`, password_hash = ${change.passwordHash},
            password_set_at = max(${now}, password_set_at + 1)`,
          sql`true`,
        ),
      ];
    case "reset_password":
      return [
        mark(
          sql`, password_hash = ${change.passwordHash}, email_verified = 1, expires_at = null,
            password_set_at = max(${now}, password_set_at + 1)`,
          sql`true`,
        ),
      ];
    case "verify_email": {
      const kept = sql`, email_verified = 1, expires_at = null`;
      const voided = sql`${kept}, password_hash = null,
        password_set_at = max(${now}, password_set_at + 1)`;
      return [mark(change.keepPassword ? kept : voided, sql`not email_verified`)];
    }
    case "set_email":
      return [
        mark(
          sql`, email = ${change.email}, email_verified = 1, expires_at = null`,
          sql`not exists (
            select 1 from users other where other.email = ${change.email} and other.id <> ${userId})`,
        ),
      ];
    case "set_status":
      return [
        mark(
          sql`, status = ${change.status}`,
          sql`status <> ${change.status} and (${change.status} = 'active' or ${mayGo})`,
        ),
      ];
    case "assign_role":
      return [
        mark(
          sql``,
          sql`exists (select 1 from roles where name = ${change.role}) and not exists (
            select 1 from user_roles where user_id = ${userId} and role = ${change.role})`,
        ),
        sql`
          insert into user_roles (user_id, role)
          select ${userId}, ${change.role} where ${marked} on conflict do nothing`,
      ];
    case "remove_role":
      return [
        mark(
          sql``,
          sql`exists (select 1 from user_roles where user_id = ${userId} and role = ${change.role})
            and (${change.role} <> ${ADMIN} or ${mayGo})`,
        ),
        sql`
          delete from user_roles
          where user_id = ${userId} and role = ${change.role} and ${marked}`,
      ];
    case "delete":
      return [
        mark(sql`, status = 'deleted'`, mayGo),
        sql`delete from user_roles where user_id = ${userId} and ${marked}`,
        sql`delete from users where id = ${userId} and ${marked}`,
      ];
  }
}
