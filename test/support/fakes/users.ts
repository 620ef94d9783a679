import { FIRST_VERSION, type User } from "../../../src/domain/accounts/user.ts";
import type { UserQuery, Users } from "../../../src/use-cases/accounts/ports.ts";
import { mayAct } from "./conditions.ts";
import type { MemoryDatabase, UserRow } from "./memory-database.ts";

export function memoryUsers(db: MemoryDatabase): Users {
  const { users, roles } = db;
  const found = (row: UserRow | undefined) =>
    row === undefined ? null : { user: row.user, passwordHash: row.passwordHash };
  const byEmail = (email: string) => [...users.values()].find((row) => row.user.email === email);

  return {
    async create({ now, passwordHash, expiresAt, ...user }, by) {
      if (!mayAct(db, by, user.roles) || user.roles.some((role) => !roles.has(role)))
        return "no_such_role";
      if (users.has(user.id) || byEmail(user.email) !== undefined) return "email_taken";
      const made: User = {
        ...user,
        roles: [...user.roles].sort(),
        status: "active",
        version: FIRST_VERSION,
        passwordSetAt: now,
        createdAt: now,
        updatedAt: now,
      };
      users.set(user.id, { user: made, passwordHash, changeId: "", expiresAt });
      return "created";
    },

    findById: async (id) => found(users.get(id)),
    findByEmail: async (email) => found(byEmail(email)),

    list: async (query) =>
      [...users.values()]
        .map((row) => row.user)
        .filter((user) => matches(user, query))
        .sort((a, b) => (comesAfter(a, b) ? 1 : -1))
        .slice(0, query.limit),

    async rename(id, name, now, actor, isOwn) {
      const row = users.get(id);
      if (row === undefined || !mayAct(db, isOwn ? undefined : actor)) return false;
      users.set(id, { ...row, user: { ...row.user, name, updatedAt: now } });
      return true;
    },

    async rehash(id, old, fresh) {
      const row = users.get(id);
      if (row?.passwordHash === old) users.set(id, { ...row, passwordHash: fresh });
    },

    mend: async (id) => users.has(id),

    async takeExpired(now, limit, until) {
      const over = [...users.values()]
        .filter(({ expiresAt }) => expiresAt !== null && expiresAt <= now)
        .filter(({ user }) => user.status === "active")
        .sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0))
        .slice(0, limit);
      return over.map((row) => {
        const { id, version, emailVerified } = row.user;
        users.set(id, { ...row, expiresAt: until });
        return { id, version, emailVerified, hasPassword: row.passwordHash !== null };
      });
    },

    async keepThoseWithPassword(limit) {
      const waiting = [...users].filter(
        ([, row]) => row.expiresAt !== null && row.passwordHash !== null,
      );
      for (const [id, row] of waiting.slice(0, limit)) users.set(id, { ...row, expiresAt: null });
    },

    async keep(ids) {
      for (const id of ids) {
        const row = users.get(id);
        if (row !== undefined) users.set(id, { ...row, expiresAt: null });
      }
    },
  };
}

function matches(user: User, { email, status, after }: UserQuery): boolean {
  if (email !== null && user.email !== email) return false;
  if (status !== null && user.status !== status) return false;
  return after === null || comesAfter(user, after);
}

/** Newest first, and of two made at once the greater id. */
function comesAfter(user: Pick<User, "createdAt" | "id">, before: Pick<User, "createdAt" | "id">) {
  if (user.createdAt !== before.createdAt) return user.createdAt < before.createdAt;
  return user.id < before.id;
}
