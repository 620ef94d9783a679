import * as z from "zod";
import { toBase64 } from "../../src/core/security/encoding.ts";
import {
  bytesOf,
  type Conversion,
  converted,
  type Hash,
  NO_HASH,
  pbkdf2Hash,
  unsupportedHash,
} from "./conversion.ts";

const encoding = z.enum(["base64", "hex", "utf8"]);

/** The form in which Auth0 takes hashes of others, and so keeps them until the first sign-in. */
const customHash = z.object({
  algorithm: z.string(),
  hash: z.object({ value: z.string(), encoding: encoding.optional() }),
  salt: z
    .object({
      value: z.string(),
      encoding: encoding.default("utf8"),
      position: z.enum(["prefix", "suffix"]).default("prefix"),
    })
    .optional(),
  password: z.object({ encoding: z.string().default("utf8") }).optional(),
  cost: z.int().default(16_384),
  blockSize: z.int().default(8),
  parallelization: z.int().default(1),
});
type CustomHash = z.output<typeof customHash>;

const user = z.object({
  email: z.string().nullish(),
  email_verified: z.boolean().default(false),
  name: z.string().nullish(),
  blocked: z.boolean().default(false),
  created_at: z.union([z.string(), z.object({ $date: z.string() })]).nullish(),
  passwordHash: z.string().nullish(),
  password_hash: z.string().nullish(),
  custom_password_hash: customHash.nullish(),
});

/** A line of the export of password hashes, or a user as the bulk import takes them. */
export function fromAuth0(exported: unknown): Conversion {
  const found = user.parse(exported);
  const bcrypt = found.passwordHash ?? found.password_hash;
  const custom = found.custom_password_hash;
  return converted({
    email: found.email,
    emailVerified: found.email_verified,
    // Where there is no name, Auth0 gives the address for one.
    name: found.name === found.email ? null : found.name,
    hash: bcrypt ? { kind: "hash", text: bcrypt } : custom ? hashOf(custom) : NO_HASH,
    isDisabled: found.blocked,
    createdAt: typeof found.created_at === "object" ? found.created_at?.$date : found.created_at,
  });
}

function hashOf(custom: CustomHash): Hash {
  if ((custom.password?.encoding ?? "utf8") !== "utf8") {
    return { kind: "unsupported", why: "its password was not hashed in UTF-8" };
  }
  switch (custom.algorithm) {
    case "argon2":
    case "bcrypt":
    case "ldap":
      return { kind: "hash", text: custom.hash.value };
    case "pbkdf2":
      return fromPhc(custom.hash.value);
    case "scrypt":
      return scryptHash(custom);
    case "sha256":
    case "sha512":
      return saltedHash(custom);
    default:
      return unsupportedHash(custom.algorithm);
  }
}

const PHC =
  /^\$pbkdf2-(sha[0-9]+)\$i=([0-9]+)(?:,l=[0-9]+)?\$([A-Za-z0-9+/]+)={0,2}\$([A-Za-z0-9+/]+)={0,2}$/;

function fromPhc(text: string): Hash {
  const [, digest, iterations, salt, key] = PHC.exec(text) ?? [];
  if (!digest || !salt || !key) return { kind: "unsupported", why: "its PBKDF2 cannot be read" };
  return pbkdf2Hash(digest, Number(iterations), bytesOf(salt), bytesOf(key));
}

function scryptHash({ hash, salt, cost, blockSize, parallelization }: CustomHash): Hash {
  if (salt === undefined) return { kind: "unsupported", why: "its scrypt has no salt" };
  const parameters = `ln=${Math.log2(cost)},r=${blockSize},p=${parallelization}`;
  const saltText = toBase64(bytesOf(salt.value, salt.encoding));
  const key = toBase64(bytesOf(hash.value, hash.encoding));
  return { kind: "hash", text: `$scrypt$${parameters}$${saltText}$${key}` };
}

function saltedHash({ algorithm, hash, salt }: CustomHash): Hash {
  if (salt === undefined || salt.value === "") {
    return { kind: "unsupported", why: `its ${algorithm} has no salt` };
  }
  const saltText = toBase64(bytesOf(salt.value, salt.encoding));
  const digest = toBase64(bytesOf(hash.value, hash.encoding));
  return { kind: "hash", text: `$salted-${algorithm}$salt=${salt.position}$${saltText}$${digest}` };
}
