import { randomBytes } from "node:crypto";
import { parseSecrets, type Secrets } from "../../src/core/security/secrets.ts";

/** A root secret as it is configured. */
export const someSecret = (version: number): string =>
  `v${version}:${randomBytes(32).toString("base64url")}`;

/** @param value as AUTH_SECRETS has it; good, or the test itself is wrong */
export function secretsOf(value: string): Secrets {
  const parsed = parseSecrets(value);
  if (!parsed.ok) throw new Error(`a test's secrets are ${parsed.error}`);
  return parsed.value;
}
