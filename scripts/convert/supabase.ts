import * as z from "zod";
import { type Conversion, converted, jsonText, NO_HASH } from "./conversion.ts";

/** In CSV an empty field is null, and JSON is text. */
const text = z
  .string()
  .nullish()
  .transform((value) => value || null);
const flag = z
  .union([z.boolean(), z.enum(["t", "f", "true", "false", ""])])
  .nullish()
  .transform((value) => value === true || value === "t" || value === "true");
const metadata = z
  .preprocess((value) => (value === "" ? null : value), z.unknown())
  .pipe(jsonText(z.object({ name: z.unknown(), full_name: z.unknown() }).partial().nullish()));

const row = z.object({
  email: text,
  encrypted_password: text,
  email_confirmed_at: text,
  raw_user_meta_data: metadata,
  created_at: text,
  banned_until: text,
  deleted_at: text,
  is_sso_user: flag,
});

/**
 * A row of `auth.users`, from CSV or JSON.
 *
 * @param now Unix milliseconds: a ban that has ended is none
 */
export function fromSupabase(exported: unknown, now: number): Conversion {
  const found = row.parse(exported);
  if (found.deleted_at !== null) return { line: null, note: "left out: it is deleted" };
  if (found.is_sso_user) {
    return { line: null, note: "left out: it signs in through an identity provider (SSO)" };
  }
  const name = found.raw_user_meta_data?.full_name ?? found.raw_user_meta_data?.name;
  const hash = found.encrypted_password;
  return converted({
    email: found.email,
    emailVerified: found.email_confirmed_at !== null,
    name: typeof name === "string" ? name : null,
    hash: hash === null ? NO_HASH : { kind: "hash", text: hash },
    isDisabled: isBanned(found.banned_until, now),
    createdAt: found.created_at && isoTime(found.created_at),
  });
}

/** PostgreSQL writes `2024-05-31 08:00:00.123456+00`. */
const isoTime = (time: string): string =>
  time.replace(" ", "T").replace(/([+-][0-9]{2})$/, "$1:00");

/** What cannot be read, `infinity` among it, is no end. */
const isBanned = (until: string | null, now: number): boolean =>
  until !== null && !(Date.parse(isoTime(until)) <= now);
