import { identifyCaller } from "../use-cases/tokens/identify-caller.ts";
import { type IntrospectDeps, introspectToken } from "../use-cases/tokens/introspect-token.ts";
import { type VerifyOptions, verifyToken } from "../use-cases/tokens/verify-token.ts";
import { bind } from "./bind.ts";

export const wireTokens = (deps: IntrospectDeps) => ({
  /** Tells who acts. */
  identifyCaller: (token: string, rolesNow: boolean) => identifyCaller(deps, token, rolesNow),
  /** The same for whoever asks about a token, and is asked nothing in turn. */
  verifyToken: (token: string, options: VerifyOptions) => verifyToken(deps, token, options),
  ...bind(deps, { introspectToken }),
});
