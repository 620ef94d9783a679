import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

// Times are Unix milliseconds. There is no ON DELETE CASCADE, and no migration may rebuild a
// table: on D1 a generated rebuild fires cascades and deletes child rows.

export const users = sqliteTable(
  "users",
  {
    id: text("id").primaryKey(),
    /** Canonical form: lower case. */
    email: text("email").notNull().unique(),
    emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
    name: text("name"),
    /** PHC string, or a form of another product (docs/migrating.md); null without a password. */
    passwordHash: text("password_hash"),
    passwordSetAt: integer("password_set_at").notNull().default(0),
    /** `active`, `disabled`, or for one instant within a batch `deleted`. */
    status: text("status").notNull().default("active"),
    /** Grows with every change to credentials, status, roles or address. */
    version: integer("version").notNull().default(1),
    /** Which change made this version: tells a lost reply from a refusal. */
    changeId: text("change_id").notNull().default(""),
    /**
     * When an operator last said that second factors are lost: all that the user's object holds
     * when it hears of it are void.
     */
    factorsVoidAt: integer("factors_void_at").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** When the account goes, if nobody verified its address by then; null for one that stays. */
    expiresAt: integer("expires_at"),
  },
  (table) => [
    index("users_expires").on(table.expiresAt).where(sql`expires_at is not null`),
    index("users_created").on(table.createdAt, table.id),
    check("users_status", sql`${table.status} in ('active', 'disabled', 'deleted')`),
  ],
);

export const roles = sqliteTable("roles", {
  name: text("name").primaryKey(),
  description: text("description").notNull().default(""),
  /** Whether a person holds it only in a session with two factors. */
  requireAal2: integer("require_aal2", { mode: "boolean" }).notNull().default(false),
  /** Which edit was the last: tells one that was made from one that came too late. */
  changeId: text("change_id").notNull().default(""),
});

export const rolePermissions = sqliteTable(
  "role_permissions",
  {
    role: text("role")
      .notNull()
      .references(() => roles.name),
    permission: text("permission").notNull(),
  },
  (table) => [primaryKey({ columns: [table.role, table.permission] })],
);

export const userRoles = sqliteTable(
  "user_roles",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    role: text("role")
      .notNull()
      .references(() => roles.name),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.role] }),
    index("user_roles_role").on(table.role),
  ],
);

/**
 * Accounts whose status, credentials or roles were changed by other hands than their object's, as
 * triggers note them. An entry a change, and no number is ever given twice: what was noted again
 * while an entry was worked off is another entry. No foreign key: deleted accounts are noted, too.
 */
export const changeFeed = sqliteTable("change_feed", {
  seq: integer("seq").primaryKey({ autoIncrement: true }),
  userId: text("user_id").notNull(),
});

/**
 * The account that a batch of the service's own is about to change: the triggers let it. A row
 * stands here within that batch alone, which nothing else can run in the middle of.
 */
export const ownChanges = sqliteTable("own_changes", {
  userId: text("user_id").primaryKey(),
});

export const serviceAccounts = sqliteTable(
  "service_accounts",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    status: text("status").notNull().default("active"),
    /** Grows with every change to status or roles, and when a role comes to grant more. */
    version: integer("version").notNull().default(1),
    /** Tokens of an older version were made before a raise or the end of a secret. */
    tokensFrom: integer("tokens_from").notNull().default(1),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [check("service_accounts_status", sql`${table.status} in ('active', 'disabled')`)],
);

export const serviceAccountRoles = sqliteTable(
  "service_account_roles",
  {
    serviceAccountId: text("service_account_id")
      .notNull()
      .references(() => serviceAccounts.id),
    role: text("role")
      .notNull()
      .references(() => roles.name),
  },
  (table) => [
    primaryKey({ columns: [table.serviceAccountId, table.role] }),
    index("service_account_roles_role").on(table.role),
  ],
);

export const serviceAccountSecrets = sqliteTable(
  "service_account_secrets",
  {
    id: text("id").primaryKey(),
    serviceAccountId: text("service_account_id")
      .notNull()
      .references(() => serviceAccounts.id),
    /** SHA-256 of the whole secret, as base64url: 192 of its bits are random, so a fast hash is enough. */
    hash: text("hash").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Null while nothing newer has replaced it. */
    expiresAt: integer("expires_at"),
    /** Null for one that was made before makers were kept. */
    madeBy: text("made_by"),
    /** JSON: what a program could do when it made it. Null for people, whose roles count now. */
    madeWith: text("made_with"),
    /** Written at most once an hour. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("service_account_secrets_account").on(table.serviceAccountId)],
);

/**
 * Service accounts whose standing changed, whoever changed it, as triggers note them: an entry names
 * one, perhaps with the role that it lost, or a role whose grants changed and so all who hold it. Of
 * entries that say the same the newest stays. No number is ever given twice.
 */
export const serviceAccountFeed = sqliteTable("service_account_feed", {
  seq: integer("seq").primaryKey({ autoIncrement: true }),
  serviceAccountId: text("service_account_id"),
  role: text("role"),
});

/**
 * Messages to be sent: the events of acts in D1 alone, each from the batch of its act, until they
 * are stored, and dead letters that an operator has sent again.
 */
export const outbox = sqliteTable(
  "outbox",
  {
    id: text("id").primaryKey(),
    /** The whole message as JSON. */
    message: text("message").notNull(),
    /** When it is sent next. */
    dueAt: integer("due_at").notNull(),
  },
  (table) => [index("outbox_due").on(table.dueAt)],
);

/** Messages that no try could deliver, until an operator has them sent again. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    /** Of the event, where it has one. */
    id: text("id").primaryKey(),
    /** The whole message as JSON. */
    message: text("message").notNull(),
    diedAt: integer("died_at").notNull(),
    /** A code, and the field at fault. */
    reason: text("reason").notNull(),
  },
  (table) => [
    index("dead_letters_died").on(table.diedAt),
    index("dead_letters_mail").on(table.diedAt).where(sql`message ->> '$.mail' is not null`),
    index("dead_letters_subject").on(sql`message ->> '$.event.subject.id'`),
    index("dead_letters_actor").on(sql`message ->> '$.event.actor.id'`),
    index("dead_letters_kind").on(sql`message ->> '$.kind'`),
  ],
);

/** Messages to accounts in the last day: each leaves once, and only so many for one account. */
export const mails = sqliteTable(
  "mails",
  {
    /** Of the event or the request that it belongs to. */
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    /** An HMAC of the address; empty where nothing left. */
    inbox: text("inbox").notNull(),
    purpose: text("purpose").notNull(),
    at: integer("at").notNull(),
    sent: integer("sent", { mode: "boolean" }).notNull().default(false),
    /** Until then one delivery has it; in the past, none has. */
    claimedUntil: integer("claimed_until").notNull(),
  },
  (table) => [
    index("mails_user").on(table.userId, table.at),
    index("mails_inbox").on(table.inbox, table.at),
    index("mails_at").on(table.at),
  ],
);

export const signingKeys = sqliteTable("signing_keys", {
  /** RFC 7638 thumbprint of the public half. */
  kid: text("kid").primaryKey(),
  alg: text("alg").notNull(),
  sequence: integer("sequence").notNull().unique(),
  publicJwk: text("public_jwk").notNull(),
  wrappedPrivate: text("wrapped_private").notNull(),
  createdAt: integer("created_at").notNull(),
  signsFrom: integer("signs_from"),
  revokedAt: integer("revoked_at"),
});
