import * as z from "zod";
import { type Email, parseEmail } from "../../domain/email.ts";
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_DISPLAY_NAME_LENGTH,
  MAX_ROLE_NAME_LENGTH,
  MAX_ROLES_PER_PRINCIPAL,
} from "../../domain/limits.ts";
import { type Password, parsePassword } from "../../domain/password.ts";
import { parsePermission } from "../../domain/permission.ts";
import type { Result } from "../../domain/result.ts";
import { parseRoleName } from "../../domain/role.ts";

/** A field whose value only the domain can make. */
function parsedBy<T, E extends string>(parse: (input: string) => Result<T, E>, message: string) {
  return z.string().transform((input, context): T => {
    const parsed = parse(input);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

export const email = parsedBy<Email, "invalid_email">(parseEmail, "must be an e-mail address");

export const password = parsedBy<Password, "malformed" | "too_long">(
  parsePassword,
  "must be 1 to 256 characters of well-formed Unicode",
);

export const roleName = parsedBy(
  parseRoleName,
  `must be 1 to ${MAX_ROLE_NAME_LENGTH} lower-case letters, digits, hyphens or underscores, beginning with a letter`,
);

/** Of a new account. */
export const roleNames = z.array(roleName).max(MAX_ROLES_PER_PRINCIPAL).default([]);

export const permission = parsedBy(parsePermission, "must be resource:action, resource:* or *");

/** Text that is shown, never interpreted. */
const shownText = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
      message: "must be well-formed Unicode without control characters",
    });

/** What a person is called. */
export const displayName = shownText(1, MAX_DISPLAY_NAME_LENGTH);

export const description = shownText(0, MAX_DESCRIPTION_LENGTH);

export const limit = z.coerce.number<string>().int().min(1).max(100).default(50);
