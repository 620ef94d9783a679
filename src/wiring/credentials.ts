import type { Config } from "../core/config/config.ts";
import { breachCheck } from "../core/security/breach-check.ts";
import { passwordPolicy } from "../core/security/password-policy.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../core/security/passwords.ts";
import type { Outside } from "./outside.ts";

/** Hashing of passwords, and the policy for new ones. */
export const wireCredentials = (config: Config, { log, random }: Outside) => ({
  hasher: passwordHasher(SCRYPT_ENGINES[config.passwordScrypt], random),
  policy: passwordPolicy(
    config.passwordMinLength,
    breachCheck(config.breachCheckUrl, (input, init) => fetch(input, init), log),
  ),
});
