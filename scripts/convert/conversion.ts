import * as z from "zod";
import { toBase64 } from "../../src/core/security/encoding.ts";
import { MAX_DISPLAY_NAME_LENGTH } from "../../src/domain/limits.ts";
import { shownPart } from "../../src/domain/shown-text.ts";

/** A line that `users:import` reads. */
type ImportLine = {
  readonly email: string;
  readonly email_verified: boolean;
  readonly name?: string;
  readonly password_hash?: string;
  readonly status?: "disabled";
  readonly created_at?: string;
};

/** What became of a user of the export; `note` says what was left out and why, and quotes nothing. */
export type Conversion = { readonly line: ImportLine | null; readonly note: string | null };

/** A password's hash in a form that is read here, or why there is none. */
export type Hash =
  | { readonly kind: "hash"; readonly text: string }
  | { readonly kind: "none" }
  | { readonly kind: "unsupported"; readonly why: string };

export const NO_HASH: Hash = { kind: "none" };

/** What an export says of a user, whatever it is called there. */
export type Exported = {
  readonly email: string | null | undefined;
  readonly emailVerified: boolean;
  readonly name: string | null | undefined;
  readonly hash: Hash;
  readonly isDisabled: boolean;
  /** Unix milliseconds, or a text that is a time. */
  readonly createdAt: number | string | null | undefined;
};

/** Names are cleaned of what an account's name here may not have. */
export function converted(user: Exported): Conversion {
  if (!user.email) return { line: null, note: "left out: it has no e-mail address" };
  const name = shownPart(user.name ?? "", MAX_DISPLAY_NAME_LENGTH);
  const createdAt = timeOf(user.createdAt);
  const line = {
    email: user.email,
    email_verified: user.emailVerified,
    ...(name === "" ? {} : { name }),
    ...(user.hash.kind === "hash" ? { password_hash: user.hash.text } : {}),
    ...(user.isDisabled ? { status: "disabled" as const } : {}),
    ...(createdAt === null ? {} : { created_at: createdAt }),
  };
  const isUnsupported = user.hash.kind === "unsupported";
  return { line, note: isUnsupported ? `without its password: ${user.hash.why}` : null };
}

const LAST_TIME = Date.parse("9999-12-31T23:59:59.999Z");

/** Null for what an import takes for no time, such as microseconds for milliseconds. */
function timeOf(time: number | string | null | undefined): string | null {
  const milliseconds = typeof time === "string" ? Date.parse(time) : (time ?? Number.NaN);
  const isTime = milliseconds >= 0 && milliseconds <= LAST_TIME;
  return isTime ? new Date(milliseconds).toISOString() : null;
}

/** A hash of a kind that is not read here. @param kind of the export, so told only if it is a word */
export const unsupportedHash = (kind: string): Hash => ({
  kind: "unsupported",
  why: `its hash is ${/^[\w-]{1,40}$/.test(kind) ? kind : "of another kind"}`,
});

/** JSON as text in a field of JSON. */
export const jsonText = <S extends z.ZodType>(schema: S) =>
  z
    .unknown()
    .transform((value, context): unknown => {
      try {
        return typeof value === "string" ? JSON.parse(value) : value;
      } catch {
        context.addIssue({ code: "custom", message: "is no JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** `$pbkdf2…$` as passlib writes it. @param digest as its name is there: sha1, sha256, sha512 */
export function pbkdf2Hash(
  digest: string,
  iterations: number,
  salt: Uint8Array,
  key: Uint8Array,
): Hash {
  const name = { sha1: "$pbkdf2", sha256: "$pbkdf2-sha256", sha512: "$pbkdf2-sha512" }[digest];
  if (name === undefined) return { kind: "unsupported", why: "PBKDF2 with another digest" };
  const [dottedSalt, dottedKey] = [salt, key].map((bytes) => toBase64(bytes).replaceAll("+", "."));
  return { kind: "hash", text: `${name}$${iterations}$${dottedSalt}$${dottedKey}` };
}

/** An argon2 hash of version 1.3. @param memory KiB */
export const argon2Hash = (
  type: string,
  { memory, passes, lanes }: { memory: number; passes: number; lanes: number },
  salt: Uint8Array,
  key: Uint8Array,
): Hash => ({
  kind: "hash",
  text: `$argon2${type}$v=19$m=${memory},t=${passes},p=${lanes}$${toBase64(salt)}$${toBase64(key)}`,
});

export const bytesOf = (text: string, encoding: BufferEncoding = "base64"): Uint8Array =>
  new Uint8Array(Buffer.from(text, encoding));
