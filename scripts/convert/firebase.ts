import * as z from "zod";
import { type Conversion, converted, type Hash, NO_HASH } from "./conversion.ts";

const user = z.object({
  email: z.string().nullish(),
  emailVerified: z.boolean().default(false),
  displayName: z.string().nullish(),
  disabled: z.boolean().default(false),
  createdAt: z.coerce.number().nullish(),
  passwordHash: z.string().nullish(),
  salt: z.string().nullish(),
});

/** The password hash parameters of a project, which Firebase's console shows. */
const hashConfig = z.object({
  algorithm: z.literal("SCRYPT"),
  base64_signer_key: z.string().min(1),
  base64_salt_separator: z.string(),
  rounds: z.coerce.number().int(),
  mem_cost: z.coerce.number().int(),
});
type HashConfig = z.output<typeof hashConfig>;

/** @param text `hash_config { … }` as the console shows it; null where it is none */
export function parseHashConfig(text: string): HashConfig | null {
  const lines = [...text.matchAll(/(\w+):\s*([^\s,}]*)/g)].map(([, name, value]) => [name, value]);
  return hashConfig.safeParse(Object.fromEntries(lines)).data ?? null;
}

/** What stands in place of hashes where whoever exported may not see them: REDACTED. */
const REDACTED = "UkVEQUNURUQ=";

/** A user of `firebase auth:export users.json`. */
export function fromFirebase(exported: unknown, config: HashConfig): Conversion {
  const found = user.parse(exported);
  return converted({
    email: found.email,
    emailVerified: found.emailVerified,
    name: found.displayName,
    hash: hashOf(found.passwordHash, found.salt, config),
    isDisabled: found.disabled,
    createdAt: found.createdAt,
  });
}

function hashOf(
  passwordHash: string | null | undefined,
  salt: string | null | undefined,
  config: HashConfig,
): Hash {
  if (!passwordHash) return NO_HASH;
  if (passwordHash === REDACTED) {
    return { kind: "unsupported", why: "the export has no hashes: export as a project's owner" };
  }
  if (!salt) return { kind: "unsupported", why: "its hash has no salt" };
  const parameters = [
    `v=1,n=${config.mem_cost},r=${config.rounds},p=1`,
    `ss=${config.base64_salt_separator}`,
    `sk=${config.base64_signer_key}`,
  ].join(",");
  return {
    kind: "hash",
    text: `$fbscrypt$${parameters}$${standard(salt)}$${standard(passwordHash)}`,
  };
}

/** The API's base64url, where a tool kept it, as standard base64. */
const standard = (text: string): string => text.replaceAll("-", "+").replaceAll("_", "/");
