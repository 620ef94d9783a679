/**
 * `npm run admin:create -- --email ops@example.com [--env production] [--remote]`
 *
 * Makes an administrator, of a new or an existing account, through `wrangler d1 execute`. The
 * password comes from the terminal, from standard input or from ADMIN_PASSWORD, never from the
 * command line, where other processes and the shell's history would see it. It is hashed here; only
 * the hash goes to the database. It must be what the service of that environment would accept, by
 * the vars of wrangler.toml, and 15 characters at least. For an existing account whose address is
 * verified it may be left out: the account then keeps the password it has. If the account changes
 * while this waits for the password, nothing is done.
 */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { consoleLog } from "../src/core/logging.ts";
import { breachCheck } from "../src/core/security/breach-check.ts";
import { passwordPolicy } from "../src/core/security/password-policy.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../src/core/security/passwords.ts";
import { NO_REQUEST } from "../src/domain/access/actor.ts";
import { type Email, parseEmail } from "../src/domain/accounts/email.ts";
import { parsePassword } from "../src/domain/credentials/password.ts";
import { eventOf } from "../src/domain/events/event.ts";
import { type UserId, userIdOf } from "../src/domain/ids.ts";
import type { PasswordPolicy } from "../src/use-cases/credentials/ports.ts";
import { messageOf } from "../src/use-cases/events/message-of.ts";
import { serviceConfig } from "./service-config.ts";
import { argumentsOf, fail, readSecret } from "./terminal.ts";
import {
  executeSql,
  quote,
  readRows,
  TARGET_OPTIONS,
  type Target,
  targetOf,
} from "./wrangler-d1.ts";

/** Code points, more than the service asks of others: this account may do everything. */
const MIN_LENGTH = 15;

function readArguments(): { email: Email; target: Target } {
  const { values } = argumentsOf({
    options: {
      email: { type: "string" },
      ...TARGET_OPTIONS,
    },
  });
  const email = parseEmail(values.email ?? "");
  if (!email.ok) fail("Say whose account: npm run admin:create -- --email ops@example.com");
  return { email: email.value, target: targetOf(values) };
}

/** What the service asks of a password where this account will sign in, or more. */
function policyOf(environment: string | undefined): PasswordPolicy {
  const config = serviceConfig(environment);
  if (!config.ok) fail(config.error);
  const { passwordMinLength, breachCheckUrl } = config.value;
  const isBreached = breachCheck(breachCheckUrl, fetch, consoleLog);
  return passwordPolicy(Math.max(MIN_LENGTH, passwordMinLength), isBreached);
}

/** @returns a PHC string, or null when no password was given */
async function hashOf(input: string, email: Email, policy: PasswordPolicy): Promise<string | null> {
  if (input === "") return null;
  const password = parsePassword(input);
  if (!password.ok) fail("The password must be at most 256 characters of well-formed Unicode.");
  const weakness = await policy.weakness(password.value, email);
  if (weakness !== null) fail(`The password is too easy to guess: ${weakness}.`);
  const random = (length: number) => new Uint8Array(randomBytes(length));
  return passwordHasher(SCRYPT_ENGINES.native, random).hash(password.value);
}

/** An account as it was read: changed only while it is the same. */
const found = z.object({ id: z.string(), version: z.int(), email_verified: z.literal([0, 1]) });
type Found = z.output<typeof found>;

function readAccount(target: Target, email: Email): Found | null {
  const query = `select id, version, email_verified from users where email = ${quote(email)}`;
  const [row] = readRows(target, query);
  if (row === undefined) return null;
  const parsed = found.safeParse(row);
  if (parsed.success) return parsed.data;
  return fail(`The row of ${email} cannot be read: see docs/operations.md. Nothing was done.`);
}

type Change = {
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
function adminSql({ email, existing, hash, now }: Change): { write: string[]; check: string } {
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

const { email, target } = readArguments();
const policy = policyOf(target.environment);
const existing = readAccount(target, email);
// Whoever registered an unverified address may be a stranger, who knows the password.
const keepsPassword = existing?.email_verified === 1;
const prompt = keepsPassword
  ? `${email} has an account. New password (empty keeps the old one): `
  : `Password for ${email}: `;
const input = await readSecret("ADMIN_PASSWORD", prompt);
const hash = await hashOf(input, email, policy);
if (hash === null && !keepsPassword) {
  fail("A password is needed: the account is new, or its address was never verified.");
}
const { write, check } = adminSql({ email, existing, hash, now: Date.now() });
executeSql(target, write);
if (readRows(target, check).length === 0) {
  const was = existing === null ? "An account with that address appeared" : "The account changed";
  fail(`${was} while this ran, so nothing was done. Look whose ${email} is now, and run it again.`);
}
console.log(`${email} is an administrator${hash === null ? "" : ", with the password given"}.`);
if (existing !== null) {
  const kept = hash === null ? "its password was kept" : "its password was replaced";
  console.log(`The account was there before: ${kept}. Open sessions notice within 90 seconds.`);
}
