export type { AccessTokenClaims } from "../domain/tokens/access-token.ts";
export { type AuthVariables, type RequireAuthOptions, requireAuth } from "./hono.ts";
export type { MaxStaleness } from "./options.ts";
export {
  type AuthBinding,
  createVerifier,
  type Verdict,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
} from "./verifier.ts";
