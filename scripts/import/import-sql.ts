import { randomBytes } from "node:crypto";
import { NO_REQUEST } from "../../src/domain/access/actor.ts";
import { USER } from "../../src/domain/access/role.ts";
import { FIRST_VERSION } from "../../src/domain/accounts/user.ts";
import { type Cause, eventOf } from "../../src/domain/events/event.ts";
import { onlyEventId } from "../../src/domain/events/event-id.ts";
import { type UserId, userIdOf } from "../../src/domain/ids.ts";
import { messageOf } from "../../src/use-cases/events/message-of.ts";
import type { EventMessage } from "../../src/use-cases/events/ports.ts";
import type { ImportedUser } from "./user-line.ts";

/** Bytes; D1 takes statements of 100,000. */
const MAX_STATEMENT = 80_000;

export type NewAccount = ImportedUser & { readonly id: UserId };

export const withId = (user: ImportedUser): NewAccount => ({
  ...user,
  id: user.id ?? userIdOf(randomBytes(16).toString("base64url")),
});

/**
 * An SQLite string of JSON. Its own strings hold no quote, no space and no semicolon, so that no
 * tool that looks for the ends of statements, or for a transaction, finds one in a name.
 */
const quotedJson = (value: unknown): string =>
  `'${JSON.stringify(value).replaceAll(
    /['; ]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}'`;

/**
 * What makes the accounts of one batch, which is one transaction. An account that is there, by its
 * address or id, is left as it is. The change feed is told nothing (`own_changes`): an account that
 * nobody has signed in to has no object that should hear of it.
 *
 * @param tag the `change_id` of all that is made, by which it is counted
 * @param now when the passwords came to be set here, in Unix milliseconds
 */
export function importSql(
  accounts: readonly NewAccount[],
  tag: string,
  now: number,
): readonly string[] {
  return chunks(accounts).flatMap((chunk) => {
    const ids = quotedJson(chunk.map(({ id }) => id));
    return [
      `insert into own_changes (user_id) select value from json_each(${ids})
        where true on conflict do nothing`,
      usersSql(chunk, tag, now),
      `insert into user_roles (user_id, role) select users.id, role.value
        from json_each(${rolesJson(chunk)}) as held, users, json_each(held.value) as role
        where users.id = held.key and users.change_id = '${tag}' on conflict do nothing`,
      eventsSql(chunk, tag, now),
      `delete from own_changes where user_id in (select value from json_each(${ids}))`,
    ];
  });
}

/** The events of what was made, for the audit trail. Running the batch again tells nothing twice. */
const eventsSql = (accounts: readonly NewAccount[], tag: string, now: number): string => `
  insert into outbox (id, message, due_at)
    select value ->> '$.event.id', value, ${now}
    from json_each(${quotedJson(accounts.map((account) => eventMessage(account, now)))}), users
    where users.id = value ->> '$.event.subject.id' and users.change_id = '${tag}'
    on conflict do nothing`;

const IMPORT: Cause = { actor: { kind: "operator", id: "import" }, context: NO_REQUEST };

function eventMessage({ id, roles }: NewAccount, now: number): EventMessage {
  const what = { type: "user.imported", data: { roles: rolesHeld(roles) } } as const;
  const event = eventOf(onlyEventId(what.type, id), now, IMPORT, { kind: "user", id }, what);
  return messageOf({ ...event, seq: null }, { kind: "record" });
}

function usersSql(accounts: readonly NewAccount[], tag: string, now: number): string {
  return `insert into users (id, email, email_verified, name, password_hash, password_set_at,
      status, version, change_id, created_at, updated_at)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, ${now},
      value ->> 5, ${FIRST_VERSION}, '${tag}', value ->> 6, ${now}
    from json_each(${quotedJson(accounts.map(columns))}) where true on conflict do nothing`;
}

const columns = ({
  id,
  email,
  emailVerified,
  name,
  passwordHash,
  status,
  createdAt,
}: NewAccount) => [id, email, emailVerified ? 1 : 0, name, passwordHash, status, createdAt];

const rolesJson = (accounts: readonly NewAccount[]): string =>
  quotedJson(Object.fromEntries(accounts.map(({ id, roles }) => [id, rolesHeld(roles)])));

export const rolesHeld = (roles: readonly string[]): string[] => [...new Set([USER, ...roles])];

/** Bytes in the longest statement that has it. */
const sizeOf = (account: NewAccount): number =>
  Math.max(
    ...[columns(account), [account.id, rolesHeld(account.roles)], eventMessage(account, 1e15)].map(
      (part) => Buffer.byteLength(quotedJson(part)),
    ),
  );

function chunks(accounts: readonly NewAccount[]): NewAccount[][] {
  const all: NewAccount[][] = [];
  let size = MAX_STATEMENT;
  for (const account of accounts) {
    const more = sizeOf(account);
    if (size + more > MAX_STATEMENT) {
      all.push([]);
      size = 0;
    }
    size += more;
    all.at(-1)?.push(account);
  }
  return all;
}

/** Which of these ids are taken, and by which address. */
export const holdersQuery = (ids: readonly UserId[]): string =>
  `select id, email from users where id in (select value from json_each(${quotedJson(ids)}))`;

export const countQuery = (tag: string): string =>
  `select count(*) as made from users where change_id = '${tag}'`;
