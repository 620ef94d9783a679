import type { Config } from "../core/config/config.ts";
import { errorDetails } from "../core/logging.ts";
import { breachCheck } from "../core/security/breach-check.ts";
import { challenges } from "../core/security/challenge-token.ts";
import { emailCodes } from "../core/security/email-codes.ts";
import { hashingInTurn } from "../core/security/hashing-turns.ts";
import { passkeys } from "../core/security/passkeys.ts";
import { passwordPolicy } from "../core/security/password-policy.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../core/security/passwords.ts";
import { recoveryCodes } from "../core/security/recovery-codes.ts";
import { secondFactorTokens } from "../core/security/second-factor-token.ts";
import { oneTimePasswords } from "../core/security/totp.ts";
import { userHandles } from "../core/security/user-handle.ts";
import { timedHasher, tracedFetch } from "../core/telemetry/current-request.ts";
import type { Outside } from "./outside.ts";

/** Hashing of passwords, the policy for new ones, and what stands beside or in place of them. */
export const wireCredentials = (
  config: Config,
  { clock, log, newUuid, outlive, random }: Outside,
) => ({
  challenges: challenges(config.secrets, random),
  emailCodes: emailCodes(config.secrets, random),
  oneTimePasswords: oneTimePasswords(config.secrets, new URL(config.issuer).host, random),
  passkeys: passkeys(config.relyingParty, (error) =>
    log.info({ event: "passkey_refused", ...errorDetails(error) }),
  ),
  recoveryCodes: recoveryCodes(random),
  secondFactorTokens: secondFactorTokens(config.secrets),
  userHandles: userHandles(config.secrets),
  hasher: timedHasher(
    hashingInTurn(passwordHasher(SCRYPT_ENGINES[config.passwordScrypt], random), clock, outlive),
  ),
  policy: passwordPolicy(
    config.passwordMinLength,
    breachCheck(
      config.breachCheckUrl,
      tracedFetch((input, init) => fetch(input, init), newUuid),
      log,
    ),
  ),
});
