import { and, desc, eq, sql } from "drizzle-orm";
import * as z from "zod";
import { type Actor, SYSTEM } from "../../../domain/access/actor.ts";
import { parseEmail } from "../../../domain/accounts/email.ts";
import { FIRST_VERSION, type User } from "../../../domain/accounts/user.ts";
import { parseUserId } from "../../../domain/ids.ts";
import type { NewUser, UserQuery, Users } from "../../../use-cases/accounts/ports.ts";
import { whatOfCreation } from "../../../use-cases/accounts/tell-creation.ts";
import type { Credential } from "../../../use-cases/credentials/ports.ts";
import type { Notify } from "../../../use-cases/events/ports.ts";
import { mayAct } from "../conditions.ts";
import { atomically, type Database, onD1 } from "../database.ts";
import { type Told, tellLater } from "../events/told.ts";
import { flag, rowReader, spelt, status, texts, time, version } from "../rows.ts";
import { userRoles, users } from "../schema.ts";
import { mendUser } from "./mend-user.ts";
import { asOwnChange } from "./own-changes.ts";

/** A user's role names as one JSON column, so that a row is a user. */
export const ROLES_OF_USER = sql<string>`(select json_group_array(${sql.identifier("role")})
  from ${userRoles} where ${userRoles.userId} = ${users.id})`;

const columns = {
  id: users.id,
  email: users.email,
  emailVerified: sql<number>`${users.emailVerified}`.as("verified"),
  name: users.name,
  passwordHash: users.passwordHash,
  passwordSetAt: users.passwordSetAt,
  status: users.status,
  version: users.version,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
  roles: ROLES_OF_USER.as("role_names"),
  row_number: sql<number>`${users}.rowid`.as("row_number"),
};

const reader = rowReader(
  "user_row_unreadable",
  z
    .object({
      id: spelt(parseUserId),
      email: spelt(parseEmail),
      emailVerified: flag,
      name: z.string().nullable(),
      passwordHash: z.string().nullable(),
      passwordSetAt: time,
      status,
      version,
      createdAt: time,
      updatedAt: time,
      roles: texts,
    })
    .transform(({ passwordHash, ...user }): Credential => ({ user, passwordHash })),
);

const expiredReader = rowReader(
  "user_row_unreadable",
  z.object({ id: spelt(parseUserId), version, emailVerified: flag, hasPassword: flag }),
);

/** @param notify hears of the rows that had to be left out */
export function d1Users(db: Database, notify: Notify, told: Told = tellLater): Users {
  const findOne = async (condition: ReturnType<typeof eq>): Promise<Credential | null> => {
    const rows = await onD1(() => db.select(columns).from(users).where(condition).limit(1));
    return reader.read(rows)[0] ?? null;
  };

  const page = (query: UserQuery, after: Place | null) =>
    onD1(() =>
      db
        .select(columns)
        .from(users)
        .where(matching(query, after))
        .orderBy(desc(users.createdAt), desc(users.id))
        .limit(query.limit),
    );

  return {
    create: (user, by) => create(db, told, user, by),
    findById: (id) => findOne(eq(users.id, id)),
    findByEmail: (email) => findOne(eq(users.email, email)),

    async list(query) {
      const found: User[] = [];
      let after: Place | null = query.after;
      let rows: Awaited<ReturnType<typeof page>>;
      // A page goes on behind rows that cannot be read, so that it always ends at one that can.
      do {
        rows = await page(query, after);
        found.push(...reader.readable(rows, "users", notify).map(({ user }) => user));
        after = rows.at(-1) ?? null;
      } while (found.length < query.limit && rows.length === query.limit);
      return found.slice(0, query.limit);
    },

    async rename(id, name, now, actor, isOwn) {
      const may = mayAct(isOwn ? undefined : actor);
      const isOther = sql`exists (select 1 from users where id = ${id} and name is not ${name})`;
      const isDone = sql`${isOther} and ${may}`;
      const [, renamed] = await atomically(db, [
        told(actor, { kind: "user", id }, { type: "user.renamed" }, isDone),
        sql`update users set name = ${name}, updated_at = ${now} where id = ${id} and ${may}`,
      ]);
      return Boolean(renamed?.meta.changes);
    },

    async rehash(id, old, fresh) {
      const statement = sql`update users set password_hash = ${fresh}
        where id = ${id} and password_hash = ${old}`;
      await atomically(db, asOwnChange(id, [statement]));
    },

    mend: (id, changeId, by) => mendUser(db, id, changeId, by),

    async takeExpired(now, limit, until) {
      const [taken] = await atomically(db, [
        sql`update users set expires_at = ${until} where id in (
            select id from users where expires_at <= ${now} and status = 'active'
            order by expires_at limit ${limit})
          returning id, rowid as row_number, version, email_verified as emailVerified,
            password_hash is not null as hasPassword`,
      ]);
      return expiredReader.readable(taken?.results, "users", notify);
    },

    async keepThoseWithPassword(limit) {
      await atomically(db, [
        sql`update users set expires_at = null where id in (
          select id from users where expires_at is not null and password_hash is not null
          limit ${limit})`,
      ]);
    },

    async keep(ids) {
      await atomically(db, [
        sql`update users set expires_at = null
          where id in (select value from json_each(${JSON.stringify(ids)}))`,
      ]);
    },
  };
}

/** The account and its roles in one atomic batch: all of it, or nothing. */
async function create(
  db: Database,
  told: Told,
  user: NewUser,
  by: Actor | undefined,
): Promise<"created" | "email_taken" | "no_such_role"> {
  const names = JSON.stringify(user.roles);
  const made = [
    sql`insert into users (id, email, email_verified, name, password_hash, password_set_at,
        version, created_at, updated_at, expires_at)
      select ${user.id}, ${user.email}, ${user.emailVerified ? 1 : 0}, ${user.name},
        ${user.passwordHash}, ${user.now}, ${FIRST_VERSION}, ${user.now}, ${user.now},
        ${user.expiresAt}
      where (select count(*) from roles where name in (select value from json_each(${names})))
        = json_array_length(${names}) and ${mayAct(by, user.roles)}
      on conflict do nothing`,
    sql`insert into user_roles (user_id, role)
      select users.id, value from users, json_each(${names}) where users.id = ${user.id}
      on conflict do nothing`,
    told(
      by ?? SYSTEM,
      { kind: "user", id: user.id },
      whatOfCreation(user, by ?? SYSTEM),
      sql`exists (select 1 from users where id = ${user.id})`,
    ),
  ];
  const holder = sql`select id from users where email = ${user.email}`;
  const results = await atomically(db, [...asOwnChange(user.id, made), holder]);
  const [, inserted] = results;
  const holders = results.at(-1);
  if (inserted?.meta.changes) return "created";
  return holders?.results.length ? "email_taken" : "no_such_role";
}

/** Where a page ended, as the row has it. */
type Place = { readonly createdAt: number; readonly id: string };

function matching(query: UserQuery, after: Place | null) {
  return and(
    query.email === null ? undefined : eq(users.email, query.email),
    query.status === null ? undefined : eq(users.status, query.status),
    // One comparison of rows, so that the index is searched and not walked (SQLite, "Row Values").
    after === null
      ? undefined
      : sql`(${users.createdAt}, ${users.id}) < (${after.createdAt}, ${after.id})`,
  );
}
