import * as z from "zod";
import type { Config } from "../src/core/config/config.ts";
import type { Log } from "../src/core/logging.ts";
import { breachCheck } from "../src/core/security/breach-check.ts";
import { passwordPolicy } from "../src/core/security/password-policy.ts";
import type { Email } from "../src/domain/accounts/email.ts";
import { type Password, parsePassword } from "../src/domain/credentials/password.ts";
import { err, ok, type Result } from "../src/domain/result.ts";
import type { PasswordPolicy } from "../src/use-cases/credentials/ports.ts";
import { adminSql, type Found } from "./admin-sql.ts";
import { type Database, quote } from "./database.ts";

/** Code points, more than the service asks of others: this account may do everything. */
const MIN_LENGTH = 15;

/** What the service asks of a password where this account will sign in, or more. */
export function adminPolicy(
  { passwordMinLength, breachCheckUrl }: Pick<Config, "passwordMinLength" | "breachCheckUrl">,
  fetcher: typeof fetch,
  log: Log,
): PasswordPolicy {
  const isBreached = breachCheck(breachCheckUrl, fetcher, log);
  return passwordPolicy(Math.max(MIN_LENGTH, passwordMinLength), isBreached);
}

type Surroundings = {
  readonly database: Database;
  readonly policy: PasswordPolicy;
  /** @returns what was typed, empty for no password, or why it cannot be one */
  readPassword(prompt: string): Promise<Result<string, string>>;
  /** @returns a PHC string */
  hash(password: Password): Promise<string>;
  /** Unix milliseconds */
  now(): number;
};

/**
 * Makes an administrator of a new or an existing account, unless it changes meanwhile.
 *
 * @returns what was done, or why nothing was, for the operator
 */
export async function makeAdmin(
  surroundings: Surroundings,
  email: Email,
): Promise<Result<string, string>> {
  const { database } = surroundings;
  const read = readAccount(database, email);
  if (!read.ok) return read;
  const existing = read.value;
  // Whoever registered an unverified address may be a stranger, who knows the password.
  const keepsPassword = existing?.email_verified === 1;
  const input = await surroundings.readPassword(
    keepsPassword
      ? `${email} has an account. New password (empty keeps the old one): `
      : `Password for ${email}: `,
  );
  if (!input.ok) return input;
  const hash = await hashOf(input.value, email, surroundings);
  if (!hash.ok) return hash;
  if (hash.value === null && !keepsPassword) {
    return err("A password is needed: the account is new, or its address was never verified.");
  }
  const change = adminSql({ email, existing, hash: hash.value, now: surroundings.now() });
  database.executeSql(change.write);
  if (database.readRows(change.check).length === 0) return err(overtaken(email, existing));
  return ok(done(email, existing, hash.value));
}

const found = z.object({ id: z.string(), version: z.int(), email_verified: z.literal([0, 1]) });

function readAccount(database: Database, email: Email): Result<Found | null, string> {
  const query = `select id, version, email_verified from users where email = ${quote(email)}`;
  const [row] = database.readRows(query);
  if (row === undefined) return ok(null);
  const parsed = found.safeParse(row);
  if (parsed.success) return ok(parsed.data);
  return err(`The row of ${email} cannot be read: see docs/operations.md. Nothing was done.`);
}

/** @returns null when no password was given */
async function hashOf(
  input: string,
  email: Email,
  { policy, hash }: Surroundings,
): Promise<Result<string | null, string>> {
  if (input === "") return ok(null);
  const password = parsePassword(input);
  if (!password.ok) {
    return err("The password must be at most 256 characters of well-formed Unicode.");
  }
  const weakness = await policy.weakness(password.value, email);
  if (weakness !== null) return err(`The password is too easy to guess: ${weakness}.`);
  return ok(await hash(password.value));
}

function overtaken(email: Email, existing: Found | null): string {
  const was = existing === null ? "An account with that address appeared" : "The account changed";
  return `${was} while this ran, so nothing was done. Look whose ${email} is now, and run it again.`;
}

function done(email: Email, existing: Found | null, hash: string | null): string {
  const made = `${email} is an administrator${hash === null ? "" : ", with the password given"}.`;
  if (existing === null) return made;
  const kept = hash === null ? "its password was kept" : "its password was replaced";
  return `${made}\nThe account was there before: ${kept}. Open sessions notice within 90 seconds.`;
}
