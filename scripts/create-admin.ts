/**
 * `npm run admin:create -- --email ops@example.com [--env production] [--remote]`
 *
 * Makes an administrator, or makes one of an existing account, through `wrangler d1 execute`.
 * The password comes from the terminal, from standard input or from ADMIN_PASSWORD, never from
 * the command line, where other processes and the shell's history would see it. It is hashed
 * here; only the hash goes to the database. It must be what the service of that environment would
 * take, by the vars of wrangler.toml, and 15 characters at least. For an existing account whose
 * address is verified it may be left out: the account then keeps the password it has.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { consoleLog } from "../src/core/logging.ts";
import { breachCheck } from "../src/core/security/breach-check.ts";
import { passwordPolicy } from "../src/core/security/password-policy.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../src/core/security/passwords.ts";
import { type Email, parseEmail } from "../src/domain/email.ts";
import { userIdOf } from "../src/domain/ids.ts";
import { parsePassword } from "../src/domain/password.ts";
import type { PasswordPolicy } from "../src/use-cases/ports.ts";
import { serviceConfig } from "./service-config.ts";
import { fail, readSecret } from "./terminal.ts";
import { executeSql, readRows, type Target } from "./wrangler-d1.ts";

/** Code points, where the service asks others for less: this account may do everything. */
const MIN_LENGTH = 15;

function readArguments(): { email: Email; target: Target } {
  const { values } = parseArgs({
    options: {
      email: { type: "string" },
      env: { type: "string" },
      remote: { type: "boolean", default: false },
      "persist-to": { type: "string" },
    },
  });
  const email = parseEmail(values.email ?? "");
  if (!email.ok) fail("Say whose account: npm run admin:create -- --email ops@example.com");
  const target = {
    environment: values.env,
    remote: values.remote,
    directory: values["persist-to"],
  };
  return { email: email.value, target };
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

/** Text for SQLite: the only character that means anything in it is the quote. */
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** One transaction. The version grows, so that every copy of the account is noticed to be old. */
function adminSql(email: Email, hash: string | null, now: number): string[] {
  const id = userIdOf(randomBytes(16).toString("base64url"));
  const change = `admin-${randomBytes(8).toString("hex")}`;
  const account =
    hash === null
      ? `update users set status = 'active', email_verified = 1, version = version + 1,
           change_id = ${quote(change)}, updated_at = ${now} where email = ${quote(email)}`
      : `insert into users (id, email, email_verified, password_hash, password_set_at, change_id,
           created_at, updated_at)
         values (${quote(id)}, ${quote(email)}, 1, ${quote(hash)}, ${now}, ${quote(change)}, ${now}, ${now})
         on conflict (email) do update set status = 'active', email_verified = 1,
           password_hash = excluded.password_hash,
           password_set_at = max(excluded.password_set_at, users.password_set_at + 1),
           version = users.version + 1, change_id = excluded.change_id,
           updated_at = excluded.updated_at`;
  const roles = `insert into user_roles (user_id, role)
    select users.id, roles.name from users, roles
    where users.email = ${quote(email)} and roles.name in ('admin', 'user')
    on conflict do nothing`;
  return [account, roles];
}

const { email, target } = readArguments();
const policy = policyOf(target.environment);
const query = `select email_verified from users where email = ${quote(email)}`;
const existing = readRows(target, query);
const exists = existing.length > 0;
// Whoever registered an address that nobody verified may be a stranger, whose password it is.
const keepsPassword = existing.some((row) => Object(row).email_verified === 1);
const prompt = keepsPassword
  ? `${email} has an account. New password (empty keeps the old one): `
  : `Password for ${email}: `;
const input = await readSecret("ADMIN_PASSWORD", prompt);
const hash = await hashOf(input, email, policy);
if (hash === null && !keepsPassword) {
  fail("A password is needed: the account is new, or its address was never verified.");
}
executeSql(target, adminSql(email, hash, Date.now()));
console.log(`${email} is an administrator${hash === null ? "" : ", with the password given"}.`);
if (exists) {
  const kept = hash === null ? "its password was kept" : "its password was replaced";
  console.log(
    `The account was there before: ${kept}. Open sessions notice soon (AUTHORITY_MAX_AGE).`,
  );
}
