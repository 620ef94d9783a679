import * as z from "zod";
import type { Password } from "../../../domain/credentials/password.ts";
import type { Shown } from "../../../use-cases/credentials/match-factor.ts";
import type { IssuedToken, TokenPair } from "../../../use-cases/tokens/issue-token.ts";
import { recoveryCode, totpCode } from "../accounts/factors.ts";
import { answeredChallenge, assertion, challengeToken } from "../credentials/passkeys.ts";
import { email, password } from "../fields.ts";

const refreshToken = z
  .string()
  .min(1)
  .max(1_024)
  .meta({ description: "A refresh token.", examples: ["rt1.AAAA"] });

export const credentials = z.strictObject({ email, password, device: refreshToken.optional() });

/** Left out where a cookie carries it. */
export const shownRefreshToken = z.strictObject({ refresh_token: refreshToken.optional() });

const secondFactorToken = z
  .string()
  .min(1)
  .max(1_024)
  .meta({ description: "The `second_factor_token` of the sign-in.", examples: ["sf1.AAAA"] });

export const secondFactorOptions = z.strictObject({ second_factor_token: secondFactorToken });

/** Of none, each is named; of several, those that are given. */
const exactlyOne =
  (names: readonly string[]) =>
  (body: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const given = names.filter((name) => body[name] !== undefined);
    if (given.length === 1) return;
    for (const name of given.length === 0 ? names : given) {
      const message = `give exactly one of ${names.join(", ")}`;
      context.addIssue({ code: "custom", path: [name], message });
    }
  };

/** Two in one request could be told apart only by leaving one unread. */
export const secondFactor = z
  .strictObject({
    second_factor_token: secondFactorToken,
    totp: totpCode.optional(),
    recovery_code: recoveryCode.optional(),
    passkey: answeredChallenge.optional(),
  })
  .superRefine(exactlyOne(["totp", "recovery_code", "passkey"]));

export const stepUpProof = z
  .strictObject({
    password: password.optional(),
    totp: totpCode.optional(),
    recovery_code: recoveryCode.optional(),
    challenge_token: challengeToken.optional(),
    credential: assertion.optional(),
  })
  .superRefine(exactlyOne(["password", "totp", "recovery_code", "credential"]))
  .refine(isWithChallenge, { path: ["challenge_token"], message: "goes with a credential" });

function isWithChallenge(body: { challenge_token?: unknown; credential?: unknown }): boolean {
  return (body.challenge_token === undefined) === (body.credential === undefined);
}

type Given = Partial<Omit<z.output<typeof secondFactor>, "second_factor_token">>;

/** The one of them that is there, which was checked. */
export function shownIn({ totp, recovery_code: code = "", passkey }: Given): Shown {
  if (passkey !== undefined) {
    const { challenge_token: token, credential } = passkey;
    return { kind: "passkey", token, credential };
  }
  return totp === undefined ? { kind: "recovery_code", code } : { kind: "totp", code: totp };
}

/** The same of a step-up, where a password is one of them. */
export function proofIn({
  password,
  challenge_token = "",
  credential,
  ...codes
}: z.output<typeof stepUpProof>): Shown | { kind: "password"; password: Password } {
  if (password !== undefined) return { kind: "password", password };
  if (credential === undefined) return shownIn(codes);
  return shownIn({ passkey: { challenge_token, credential } });
}

/** RFC 6749, section 5.1, without a refresh token: the session goes on with the one it has. */
export const accessTokenOnWire = ({ accessToken, expiresIn, sessionId }: IssuedToken) => ({
  access_token: accessToken,
  token_type: "Bearer",
  expires_in: expiresIn,
  session_id: sessionId,
});

/** RFC 6749, section 5.1, and the session that the tokens belong to. */
export const tokensOnWire = (tokens: TokenPair) => ({
  access_token: tokens.accessToken,
  token_type: "Bearer",
  expires_in: tokens.expiresIn,
  refresh_token: tokens.refreshToken,
  refresh_expires_in: tokens.refreshExpiresIn,
  session_id: tokens.sessionId,
});
