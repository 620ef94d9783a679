import * as z from "zod";
import type { Shown } from "../../../use-cases/credentials/match-factor.ts";
import type { IssuedToken, TokenPair } from "../../../use-cases/tokens/issue-token.ts";
import { recoveryCode, totpCode } from "../accounts/factors.ts";
import { email, password } from "../fields.ts";

const refreshToken = z.string().min(1).max(1_024);

export const credentials = z.strictObject({ email, password, device: refreshToken.optional() });

export const refreshRequest = z.strictObject({ refresh_token: refreshToken });

const factor = { totp: totpCode.optional(), recovery_code: recoveryCode.optional() };

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
  .strictObject({ second_factor_token: z.string().min(1).max(1_024), ...factor })
  .superRefine(exactlyOne(["totp", "recovery_code"]));

export const stepUpProof = z
  .strictObject({ password: password.optional(), ...factor })
  .superRefine(exactlyOne(["password", "totp", "recovery_code"]));

type OneOf = Pick<z.output<typeof stepUpProof>, "totp" | "recovery_code">;

/** The one of them that is there, which was checked. */
export const shownIn = ({ totp, recovery_code: code = "" }: OneOf): Shown =>
  totp === undefined ? { kind: "recovery_code", code } : { kind: "totp", code: totp };

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
