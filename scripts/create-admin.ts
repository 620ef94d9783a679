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
import { type Email, parseEmail } from "../src/domain/accounts/email.ts";
import { parsePassword } from "../src/domain/credentials/password.ts";
import type { PasswordPolicy } from "../src/use-cases/credentials/ports.ts";
import { adminSql, type Found } from "./admin-sql.ts";
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

const found = z.object({ id: z.string(), version: z.int(), email_verified: z.literal([0, 1]) });

function readAccount(target: Target, email: Email): Found | null {
  const query = `select id, version, email_verified from users where email = ${quote(email)}`;
  const [row] = readRows(target, query);
  if (row === undefined) return null;
  const parsed = found.safeParse(row);
  if (parsed.success) return parsed.data;
  return fail(`The row of ${email} cannot be read: see docs/operations.md. Nothing was done.`);
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
