import { randomBytes } from "node:crypto";
import { NO_REQUEST } from "../src/domain/access/actor.ts";
import type { Email } from "../src/domain/accounts/email.ts";
import { eventOf } from "../src/domain/events/event.ts";
import { type UserId, userIdOf } from "../src/domain/ids.ts";
import { messageOf } from "../src/use-cases/events/message-of.ts";
import { quote } from "./database.ts";

/** An account as it was read: changed only while it is the same. */
export type Found = {
  readonly id: string;
  readonly version: number;
  readonly email_verified: 0 | 1;
};

export type Change = {
  readonly email: Email;
  readonly existing: Found | null;
  /** Null keeps the password. */
  readonly hash: string | null;
  readonly now: number;
};

/**
 * One transaction: its second statement does nothing unless the first did something. The version
 * grows, so that every copy of the account is seen to be old.
 *
 * @returns the statements, and a query that has a row once they have done what they say
 */
export function adminSql({ email, existing, hash, now }: Change): {
  write: string[];
  check: string;
} {
  const newId = userIdOf(randomBytes(16).toString("base64url"));
  const id = quote(existing?.id ?? newId);
  const change = quote(`admin-${randomBytes(8).toString("hex")}`);
  const password =
    hash === null
      ? ""
      : `password_hash = ${quote(hash)}, password_set_at = max(${now}, password_set_at + 1),`;
  const account =
    existing === null
      ? `insert into users (id, email, email_verified, password_hash, password_set_at, change_id,
           created_at, updated_at)
         values (${id}, ${quote(email)}, 1, ${quote(hash ?? "")}, ${now}, ${change}, ${now}, ${now})
         on conflict do nothing`
      : `update users set status = 'active', email_verified = 1, version = version + 1,
           ${password} change_id = ${change}, updated_at = ${now}
         where id = ${id} and email = ${quote(email)} and version = ${existing.version}
           and email_verified = ${existing.email_verified}`;
  const roles = `insert into user_roles (user_id, role)
    select users.id, roles.name from users, roles
    where users.id = ${id} and users.change_id = ${change} and roles.name in ('admin', 'user')
    on conflict do nothing`;
  const check = `select users.id from users join user_roles on user_roles.user_id = users.id
    where users.id = ${id} and users.change_id = ${change} and user_roles.role = 'admin'`;
  // An account that was there tells itself what was changed, once its object hears of it.
  const told = existing === null ? [createdSql(newId, now, check)] : [];
  return { write: [account, roles, ...told], check };
}

/** The event of an account that was made here, for the audit trail. */
function createdSql(id: UserId, now: number, check: string): string {
  const cause = { actor: { kind: "operator", id: "admin-create" }, context: NO_REQUEST } as const;
  const what = { type: "user.created", data: { roles: ["admin", "user"] } } as const;
  const eventId = `evt_${randomBytes(16).toString("base64url")}`;
  const event = { ...eventOf(eventId, now, cause, { kind: "user", id }, what), seq: null };
  const message = JSON.stringify(messageOf(event, { kind: "record" }));
  return `insert into outbox (id, message, due_at)
    select ${quote(eventId)}, ${quote(message)}, ${now} where exists (${check})`;
}
