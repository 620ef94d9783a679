import * as z from "zod";
import { PERMISSION_FORM, parsePermission } from "../../domain/access/permission.ts";
import { parseRoleName } from "../../domain/access/role-name.ts";
import { type Email, type EmailFault, parseEmail } from "../../domain/accounts/email.ts";
import { type Password, parsePassword } from "../../domain/credentials/password.ts";
import { parseUserId, type UserId } from "../../domain/ids.ts";
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_DISPLAY_NAME_LENGTH,
  MAX_ROLE_NAME_LENGTH,
  MAX_ROLES_PER_PRINCIPAL,
} from "../../domain/limits.ts";
import type { Result } from "../../domain/result.ts";
import { parseShownText, type TextFault } from "../../domain/shown-text.ts";

/** What the API's document says of a field: JSON Schema's words. */
type Shown = { readonly description?: string; readonly examples: string[] };

/** A field that the domain parses, and a message for each of its errors. */
function parsedBy<T, E extends string>(
  parse: (input: string) => Result<T, E>,
  message: string | Readonly<Record<E, string>>,
  shown: Shown,
) {
  return z.string().meta(shown).transform(madeBy(parse, message));
}

const madeBy =
  <T, E extends string>(
    parse: (input: string) => Result<T, E>,
    message: string | Readonly<Record<E, string>>,
  ) =>
  (input: string, context: z.RefinementCtx): T => {
    const parsed = parse(input);
    if (parsed.ok) return parsed.value;
    const told = typeof message === "string" ? message : message[parsed.error];
    context.addIssue({ code: "custom", message: told });
    return z.NEVER;
  };

export const email = parsedBy<Email, EmailFault>(
  parseEmail,
  {
    invalid_email: "must be an e-mail address",
    international_local_part: "must be an e-mail address with nothing but ASCII before the @",
    invalid_domain: "must be an e-mail address whose domain, after the @, is one",
  },
  { description: "An e-mail address, ASCII before the @.", examples: ["ada@example.com"] },
);

export const userId = parsedBy<UserId, "invalid_user_id">(parseUserId, "must be a user id", {
  examples: [`usr_${"A".repeat(22)}`],
});

export const password = parsedBy<Password, "malformed" | "too_long">(
  parsePassword,
  "must be 1 to 256 characters of well-formed Unicode",
  {
    description: "1 to 256 characters; a new one must be hard to guess.",
    examples: ["seven quiet herons by the estuary"],
  },
);

const ROLE_FORM = `1 to ${MAX_ROLE_NAME_LENGTH} lower-case letters, digits, hyphens or underscores, beginning with a letter`;

export const roleName = parsedBy(parseRoleName, `must be ${ROLE_FORM}`, {
  description: `${ROLE_FORM}.`,
  examples: ["editor"],
});

/** The roles of a new account. */
export const roleNames = z.array(roleName).max(MAX_ROLES_PER_PRINCIPAL).default([]);

export const permission = parsedBy(parsePermission, `must be ${PERMISSION_FORM}`, {
  description: `${PERMISSION_FORM}.`,
  examples: ["users:read"],
});

const TEXT_FAULTS: Readonly<Record<TextFault, string>> = {
  malformed: "must be well-formed Unicode without control characters or line breaks",
  padded: "must not begin or end with white space",
  invisible: "must not have characters that are not seen or that turn the direction of writing",
  lone_mark: "must not have a combining mark that has nothing to combine with",
};

/** Text that is shown, never interpreted. */
export const shownText = (min: number, max: number, example: string) =>
  z
    .string()
    .min(min)
    .max(max)
    .meta({ examples: [example] })
    .transform(madeBy(parseShownText, TEXT_FAULTS));

/** What a person is called. */
export const displayName = shownText(1, MAX_DISPLAY_NAME_LENGTH, "Ada");

export const description = shownText(0, MAX_DESCRIPTION_LENGTH, "Reads accounts");

export const limit = z.coerce.number<string>().int().min(1).max(100).default(50);
