import * as z from "zod";
import {
  argon2Hash,
  bytesOf,
  type Conversion,
  converted,
  type Hash,
  jsonText,
  NO_HASH,
  pbkdf2Hash,
  unsupportedHash,
} from "./conversion.ts";

const parameter = z.array(z.string()).min(1);

const passwordCredential = z.object({
  secretData: jsonText(z.object({ value: z.string(), salt: z.string() })),
  credentialData: jsonText(
    z.object({
      hashIterations: z.int(),
      algorithm: z.string(),
      additionalParameters: z.record(z.string(), parameter).default({}),
    }),
  ),
});
type PasswordCredential = z.output<typeof passwordCredential>;

const user = z.object({
  email: z.string().nullish(),
  emailVerified: z.boolean().default(false),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  enabled: z.boolean().default(true),
  createdTimestamp: z.number().nullish(),
  credentials: z.array(z.looseObject({ type: z.string() })).default([]),
});

/** A user of `kc.sh export`, in a realm's file or one of users alone. */
export function fromKeycloak(exported: unknown): Conversion {
  const found = user.parse(exported);
  const password = found.credentials.find(({ type }) => type === "password");
  return converted({
    email: found.email,
    emailVerified: found.emailVerified,
    name: [found.firstName, found.lastName].filter(Boolean).join(" "),
    hash: password === undefined ? NO_HASH : hashOf(password),
    isDisabled: !found.enabled,
    createdAt: found.createdTimestamp,
  });
}

function hashOf(credential: unknown): Hash {
  const parsed = passwordCredential.safeParse(credential);
  if (!parsed.success) return { kind: "unsupported", why: "its credential cannot be read" };
  const { secretData, credentialData } = parsed.data;
  const [salt, key] = [bytesOf(secretData.salt), bytesOf(secretData.value)];
  const { algorithm, hashIterations } = credentialData;
  if (algorithm === "argon2") return argon2Of(parsed.data);
  const digest = { pbkdf2: "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512" }[
    algorithm
  ];
  if (digest === undefined) return unsupportedHash(algorithm);
  return pbkdf2Hash(digest, hashIterations, salt, key);
}

function argon2Of({ secretData, credentialData }: PasswordCredential): Hash {
  const first = (name: string): string => credentialData.additionalParameters[name]?.[0] ?? "";
  const type = first("type");
  if (first("version") !== "1.3" || (type !== "id" && type !== "i")) {
    return { kind: "unsupported", why: "its argon2 is of another type or version" };
  }
  const cost = {
    memory: Number(first("memory")),
    passes: credentialData.hashIterations,
    lanes: Number(first("parallelism")),
  };
  return argon2Hash(type, cost, bytesOf(secretData.salt), bytesOf(secretData.value));
}
