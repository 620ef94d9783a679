import * as z from "zod";
import { displayName, email, roleName } from "../../src/api/wire/fields.ts";
import { repeatedKey } from "../../src/api/wire/repeated-key.ts";
import { readForeignHash } from "../../src/core/security/foreign/foreign-hash.ts";
import { type HashFault, parseHash } from "../../src/core/security/stored-hash.ts";
import "../../src/core/validation-messages.ts";
import type { Email } from "../../src/domain/accounts/email.ts";
import type { UserStatus } from "../../src/domain/accounts/user.ts";
import { parseUserId, type UserId } from "../../src/domain/ids.ts";
import { MAX_ROLES_PER_PRINCIPAL } from "../../src/domain/limits.ts";
import { err, ok, type Result } from "../../src/domain/result.ts";

/** An account as a line of the file says it. Times are Unix milliseconds. */
export type ImportedUser = {
  readonly id: UserId | null;
  readonly email: Email;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly passwordHash: string | null;
  /** Beside `user`, which every account holds. */
  readonly roles: readonly string[];
  readonly status: UserStatus;
  readonly createdAt: number;
};

export type LineRules = {
  /** Unix milliseconds: the time of accounts that say none, and no account is younger. */
  readonly now: number;
  readonly allowPlainSha2: boolean;
};

const FAULTS: Readonly<Record<HashFault, string>> = {
  unknown_form: "is of no form that can be verified here (docs/migrating.md)",
  malformed: "is damaged, or of a variant that cannot be verified here (docs/migrating.md)",
  too_costly: "asks for more memory or time than a sign-in may take (docs/migrating.md)",
};

const PLAIN_SHA2 =
  "is a single round of SHA-2, which is guessed at billions a second: only with --allow-plain-sha2";

/** What is wrong with a hash, in words that never quote it, or null. */
function hashFault(stored: string, { allowPlainSha2 }: LineRules): string | null {
  const own = parseHash(stored);
  const read = own.ok || own.error !== "unknown_form" ? own : readForeignHash(stored);
  if (!read.ok) return FAULTS[read.error];
  return stored.startsWith("$salted-sha") && !allowPlainSha2 ? PLAIN_SHA2 : null;
}

const passwordHash = (rules: LineRules) =>
  z.string().superRefine((stored, context) => {
    const fault = hashFault(stored, rules);
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
  });

const createdAt = ({ now }: LineRules) =>
  z.iso
    .datetime({ error: "must be a time in UTC, such as 2024-05-31T08:00:00Z" })
    .transform((text) => Date.parse(text))
    .pipe(z.int().min(0).max(now, { error: "is in the future" }));

const userId = z.string().transform((text, context): UserId => {
  const id = parseUserId(text);
  if (id.ok) return id.value;
  context.addIssue({ code: "custom", message: "must be usr_ and 16 bytes as base64url" });
  return z.NEVER;
});

/** A line of the file: what is not known is refused, so that nothing is lost unseen. */
export const userLine = (rules: LineRules) =>
  z
    .strictObject({
      email,
      email_verified: z.boolean().default(false),
      name: displayName.nullable().default(null),
      password_hash: passwordHash(rules).nullable().default(null),
      roles: z.array(roleName).max(MAX_ROLES_PER_PRINCIPAL).default([]),
      status: z.enum(["active", "disabled"]).default("active"),
      created_at: createdAt(rules).optional(),
      id: userId.optional(),
    })
    .transform(
      (line): ImportedUser => ({
        id: line.id ?? null,
        email: line.email,
        emailVerified: line.email_verified,
        name: line.name,
        passwordHash: line.password_hash,
        roles: line.roles,
        status: line.status,
        createdAt: line.created_at ?? rules.now,
      }),
    );

export type ParsedLine =
  | { readonly kind: "account"; readonly user: ImportedUser }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** @returns the account, or the reasons why it is none, which quote no value of the line */
export function parseUserLine(schema: ReturnType<typeof userLine>, text: string): ParsedLine {
  const json = parseJson(text);
  if (!json.ok) return { kind: "refused", reasons: ["is not JSON"] };
  const repeated = repeatedKey(text);
  if (repeated !== null)
    return { kind: "refused", reasons: [printable(`${repeated}: is given twice`)] };
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { kind: "account", user: parsed.data };
  const reasons = parsed.error.issues.map(({ path, message }) =>
    printable(path.length === 0 ? message : `${path.join(".")}: ${message}`),
  );
  return { kind: "refused", reasons };
}

/** Characters of a reason: it may name keys of the line, however many and long. */
const MAX_REASON = 200;

/** Without what would steer the terminal that it is printed on. */
const printable = (reason: string): string =>
  reason
    .slice(0, MAX_REASON)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");

function parseJson(text: string): Result<unknown, "not_json"> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err("not_json"); // the parser's own message quotes the text
  }
}
