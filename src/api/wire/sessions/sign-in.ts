import * as z from "zod";
import type { TokenPair } from "../../../use-cases/tokens/issue-token.ts";
import { email, password } from "../fields.ts";

const refreshToken = z.string().min(1).max(1_024);

export const credentials = z.strictObject({ email, password, device: refreshToken.optional() });

export const refreshRequest = z.strictObject({ refresh_token: refreshToken });

/** RFC 6749, section 5.1, and the session that the tokens belong to. */
export const tokensOnWire = (tokens: TokenPair) => ({
  access_token: tokens.accessToken,
  token_type: "Bearer",
  expires_in: tokens.expiresIn,
  refresh_token: tokens.refreshToken,
  refresh_expires_in: tokens.refreshExpiresIn,
  session_id: tokens.sessionId,
});
