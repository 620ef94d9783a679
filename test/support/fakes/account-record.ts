import { ADMIN, rolesAfter } from "../../../src/domain/access/role.ts";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { signInRefusal, type User, verifiedEmailOf } from "../../../src/domain/accounts/user.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import type { AccountRecord } from "../../../src/use-cases/accounts/ports.ts";
import { mayAct } from "./conditions.ts";
import type { MemoryDatabase, UserRow } from "./memory-database.ts";

export function memoryAccountRecord(db: MemoryDatabase): AccountRecord {
  const rowOf = (userId: UserId) => {
    const row = db.users.get(userId);
    if (row === undefined) return null;
    const { changeId, user, factorsVoidAt = 0 } = row;
    const [authority, verifiedEmail] = [authorityOf(user), verifiedEmailOf(user)];
    const { email, updatedAt } = user;
    return { changeId, authority, email, verifiedEmail, factorsVoidAt, updatedAt };
  };

  return {
    read: async (userId) => rowOf(userId),

    async apply(userId, change, changeId, base, now, requireVerifiedEmail, by) {
      const row = db.users.get(userId);
      const mayGo = (user: User) => isNotTheLast(db, user, requireVerifiedEmail);
      const given = change.kind === "assign_role" ? [change.role] : [];
      if (
        row?.user.version === base &&
        mayAct(db, by, given) &&
        isAllowed(db, row.user, change, mayGo)
      ) {
        const changed = changedRow(row, change, now);
        if (changed === null) db.users.delete(userId);
        else db.users.set(userId, { ...changed, changeId });
      }
      return rowOf(userId);
    },

    async fence(userId, fenceId, base) {
      const row = db.users.get(userId);
      if (row?.user.version === base) {
        const user = { ...row.user, version: base + 1 };
        db.users.set(userId, { ...row, user, changeId: fenceId });
      }
      return rowOf(userId);
    },
  };
}

function isAllowed(
  db: MemoryDatabase,
  user: User,
  change: AccountChange,
  mayGo: (user: User) => boolean,
): boolean {
  switch (change.kind) {
    case "set_password":
    case "reset_password":
      return true;
    case "verify_email":
      return !user.emailVerified;
    case "set_email":
      return ![...db.users.values()].some(
        (row) => row.user.email === change.email && row.user.id !== user.id,
      );
    case "set_status":
      return user.status !== change.status && (change.status === "active" || mayGo(user));
    case "assign_role":
      return db.roles.has(change.role) && !user.roles.includes(change.role);
    case "remove_role":
      return user.roles.includes(change.role) && (change.role !== ADMIN || mayGo(user));
    case "delete":
      return mayGo(user);
  }
}

const isActiveAdmin = (user: User) => user.status === "active" && user.roles.includes(ADMIN);

/** False for the last who can administer the service. */
function isNotTheLast(db: MemoryDatabase, user: User, requireVerifiedEmail: boolean): boolean {
  const others = [...db.users.values()].filter((row) => row.user.id !== user.id);
  const canSignIn = (row: UserRow) =>
    row.passwordHash !== null && signInRefusal(row.user, requireVerifiedEmail) === null;
  return !isActiveAdmin(user) || others.some((row) => isActiveAdmin(row.user) && canSignIn(row));
}

function changedRow(row: UserRow, change: AccountChange, now: number): UserRow | null {
  const user = { ...row.user, version: row.user.version + 1, updatedAt: now };
  switch (change.kind) {
    case "set_password": {
      const passwordSetAt = Math.max(now, user.passwordSetAt + 1);
      return { ...row, user: { ...user, passwordSetAt }, passwordHash: change.passwordHash };
    }
    case "reset_password": {
      const passwordSetAt = Math.max(now, user.passwordSetAt + 1);
      const verified = { ...user, passwordSetAt, emailVerified: true };
      return { ...row, user: verified, passwordHash: change.passwordHash, expiresAt: null };
    }
    case "verify_email": {
      const verified = { ...user, emailVerified: true };
      if (change.keepPassword) return { ...row, user: verified, expiresAt: null };
      const passwordSetAt = Math.max(now, user.passwordSetAt + 1);
      return { ...row, user: { ...verified, passwordSetAt }, passwordHash: null, expiresAt: null };
    }
    case "set_email":
      return {
        ...row,
        user: { ...user, email: change.email, emailVerified: true },
        expiresAt: null,
      };
    case "set_status":
      return { ...row, user: { ...user, status: change.status } };
    case "assign_role":
    case "remove_role":
      return { ...row, user: { ...user, roles: rolesAfter(user.roles, change) } };
    case "delete":
      return null;
  }
}
