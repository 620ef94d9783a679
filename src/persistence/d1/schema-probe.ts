import { Impossible } from "../../use-cases/outside.ts";

/** By table, what a row must be like: a trigger each for inserting and for updating. */
const RULES = {
  users: ["id", "email", "version", "times", "kinds", "expires"],
  service_accounts: ["id", "version", "times", "name"],
  service_account_secrets: ["times", "kinds"],
  roles: ["name"],
  role_permissions: ["permission"],
  signing_keys: ["numbers"],
};

/** What notes that a row was changed by other hands (change_feed), and moves its version on. */
const FEED = [
  "users_feed_insert",
  "users_feed_replaced_insert",
  "users_feed_replaced_update",
  "users_feed_update",
  "users_feed_delete",
  "users_password_moves",
  "users_version_moves",
  "users_email_moves",
  "users_factors_move",
  "users_factors_void",
  "user_roles_moves_insert",
  "user_roles_moves_update",
  "user_roles_moves_delete",
];

/** What notes that a service account's standing changed (service_account_feed). */
const PROGRAM_FEED = [
  "service_account_feed_once",
  "service_accounts_feed_insert",
  "service_accounts_feed_update",
  "service_accounts_feed_delete",
  "service_account_roles_feed_insert",
  "service_account_roles_feed_update",
  "service_account_roles_feed_delete",
  "service_account_secrets_feed_insert",
  "service_account_secrets_feed_replaced_insert",
  "service_account_secrets_feed_replaced_update",
  "service_account_secrets_feed_update",
  "service_account_secrets_feed_delete",
  "role_permissions_feed_insert",
  "role_permissions_feed_update",
  "role_permissions_feed_delete",
];

/** The indexes and triggers that the migrations make: scripts/check-migrations.ts compares. */
export const GUARDS: readonly string[] = [
  "users_email_unique",
  "users_created",
  "users_expires",
  "user_roles_role",
  "service_account_roles_role",
  "service_account_secrets_account",
  "signing_keys_sequence_unique",
  "outbox_due",
  "dead_letters_died",
  "dead_letters_mail",
  "dead_letters_subject",
  "dead_letters_actor",
  "dead_letters_kind",
  "mails_user",
  "mails_inbox",
  "mails_at",
  "users_status_insert",
  ...FEED,
  ...PROGRAM_FEED,
  ...Object.entries(RULES).flatMap(([table, rules]) =>
    rules.flatMap((rule) => [`${table}_${rule}_insert`, `${table}_${rule}_update`]),
  ),
];

/**
 * Rejects when D1 does not answer, and when one of its guards is missing: the log names it. A
 * migration that was not applied, or only in part, would otherwise show by its damage alone.
 */
export async function probeD1(binding: D1Database): Promise<void> {
  const { results } = await binding
    .prepare("select name from sqlite_master where type in ('index', 'trigger')")
    .run<{ name: string }>();
  const present = new Set(results.map(({ name }) => name));
  const missing = GUARDS.filter((name) => !present.has(name));
  if (missing.length > 0) throw new Impossible("database_guards_missing", missing.join());
}
