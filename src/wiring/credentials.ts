import type { Config } from "../core/config/config.ts";
import { breachCheck } from "../core/security/breach-check.ts";
import { emailCodes } from "../core/security/email-codes.ts";
import { hashingInTurn } from "../core/security/hashing-turns.ts";
import { passwordPolicy } from "../core/security/password-policy.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../core/security/passwords.ts";
import type { Outside } from "./outside.ts";

/** Hashing of passwords, the policy for new ones, and codes in place of them. */
export const wireCredentials = (config: Config, { clock, log, outlive, random }: Outside) => ({
  emailCodes: emailCodes(config.secrets, random),
  hasher: hashingInTurn(
    passwordHasher(SCRYPT_ENGINES[config.passwordScrypt], random),
    clock,
    outlive,
  ),
  policy: passwordPolicy(
    config.passwordMinLength,
    breachCheck(config.breachCheckUrl, (input, init) => fetch(input, init), log),
  ),
});
