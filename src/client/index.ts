export type { AccessTokenClaims } from "../domain/tokens/access-token.ts";
export { bearerToken } from "./bearer-token.ts";
export { type AuthVariables, type RequireAuthOptions, requireAuth } from "./hono.ts";
export type { MaxStaleness } from "./options.ts";
export { type Refusal, type Refused, refusalOf } from "./refusal.ts";
export {
  type AuthBinding,
  createVerifier,
  type Verdict,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
} from "./verifier.ts";
