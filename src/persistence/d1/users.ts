import { and, desc, eq, sql } from "drizzle-orm";
import { parseEmail } from "../../domain/email.ts";
import { parseUserId } from "../../domain/ids.ts";
import { FIRST_VERSION, type User, type UserStatus } from "../../domain/user.ts";
import {
  type Credential,
  Impossible,
  type NewUser,
  type UserQuery,
  type Users,
} from "../../use-cases/ports.ts";
import { atomically, type Database, onD1 } from "./database.ts";
import { userRoles, users } from "./schema.ts";

/** A user's role names as one JSON column, so that a row is a user. */
export const ROLES_OF_USER = sql<string>`(select json_group_array(${sql.identifier("role")})
  from ${userRoles} where ${userRoles.userId} = ${users.id})`;

const columns = {
  id: users.id,
  email: users.email,
  emailVerified: users.emailVerified,
  name: users.name,
  passwordHash: users.passwordHash,
  passwordSetAt: users.passwordSetAt,
  status: users.status,
  version: users.version,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
  roles: ROLES_OF_USER.as("role_names"),
};

type Row = Omit<typeof users.$inferSelect, "changeId"> & { roles: string };

export function d1Users(db: Database): Users {
  const findOne = async (condition: ReturnType<typeof eq>): Promise<Credential | null> => {
    const [row] = await onD1(() => db.select(columns).from(users).where(condition).limit(1));
    return row === undefined ? null : credentialOf(row);
  };

  return {
    create: (user) => create(db, user),
    findById: (id) => findOne(eq(users.id, id)),
    findByEmail: (email) => findOne(eq(users.email, email)),

    async list(query) {
      const rows = await onD1(() =>
        db
          .select(columns)
          .from(users)
          .where(matching(query))
          .orderBy(desc(users.createdAt), desc(users.id))
          .limit(query.limit),
      );
      return rows.map((row) => credentialOf(row).user);
    },

    async rename(id, name, now) {
      const { meta } = await onD1(() =>
        db.update(users).set({ name, updatedAt: now }).where(eq(users.id, id)).run(),
      );
      return meta.changes > 0;
    },

    async rehash(id, old, fresh) {
      await onD1(() =>
        db
          .update(users)
          .set({ passwordHash: fresh })
          .where(and(eq(users.id, id), eq(users.passwordHash, old)))
          .run(),
      );
    },
  };
}

/** The account and its roles in one atomic batch: all of it, or nothing. */
async function create(
  db: Database,
  user: NewUser,
): Promise<"created" | "email_taken" | "no_such_role"> {
  const names = JSON.stringify(user.roles);
  const [inserted, , holders] = await atomically(db, [
    sql`insert into users (id, email, email_verified, name, password_hash, password_set_at,
        version, created_at, updated_at)
      select ${user.id}, ${user.email}, ${user.emailVerified ? 1 : 0}, ${user.name},
        ${user.passwordHash}, ${user.now}, ${FIRST_VERSION}, ${user.now}, ${user.now}
      where (select count(*) from roles where name in (select value from json_each(${names})))
        = json_array_length(${names})
      on conflict do nothing`,
    sql`insert into user_roles (user_id, role)
      select users.id, value from users, json_each(${names}) where users.id = ${user.id}
      on conflict do nothing`,
    sql`select id from users where email = ${user.email}`,
  ]);
  if (inserted?.meta.changes) return "created";
  return holders?.results.length ? "email_taken" : "no_such_role";
}

function matching({ email, status, after }: UserQuery) {
  return and(
    email === null ? undefined : eq(users.email, email),
    status === null ? undefined : eq(users.status, status),
    // One comparison of rows, so that the index is searched and not walked (SQLite, "Row Values").
    after === null
      ? undefined
      : sql`(${users.createdAt}, ${users.id}) < (${after.createdAt}, ${after.id})`,
  );
}

function credentialOf(row: Row): Credential {
  const id = parseUserId(row.id);
  const email = parseEmail(row.email);
  // Not a guess but an error: whoever wrote the row by hand must hear of it.
  if (!id.ok || !email.ok) throw new Impossible("user_row_unreadable");
  const user: User = {
    id: id.value,
    email: email.value,
    emailVerified: row.emailVerified,
    name: row.name,
    status: statusOf(row.status),
    roles: roleNames(row.roles),
    version: row.version,
    passwordSetAt: row.passwordSetAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
  return { user, passwordHash: row.passwordHash };
}

function statusOf(value: string): UserStatus {
  if (value === "active" || value === "disabled") return value;
  throw new Impossible("user_status_unreadable");
}

/** @param json an array of strings, as json_group_array makes it */
export function roleNames(json: string): string[] {
  const names: unknown = JSON.parse(json);
  if (!Array.isArray(names)) throw new Impossible("role_names_unreadable");
  return names.map(String).sort();
}
