import { checkProof } from "../use-cases/tokens/check-proof.ts";
import { identifyCaller } from "../use-cases/tokens/identify-caller.ts";
import { identifyPerson } from "../use-cases/tokens/identify-person.ts";
import { type IntrospectDeps, introspectToken } from "../use-cases/tokens/introspect-token.ts";
import { type VerifyOptions, verifyToken } from "../use-cases/tokens/verify-token.ts";
import { bind } from "./bind.ts";

export const wireTokens = (deps: IntrospectDeps) => ({
  /** Finds out who acts, and so takes no actor. */
  identifyCaller: (token: string, rolesNow: boolean) => identifyCaller(deps, token, rolesNow),
  identifyPerson: (token: string) => identifyPerson(deps, token),
  /** Judges a token for whoever asks: the caller needs no right of its own. */
  verifyToken: (token: string, options: VerifyOptions) => verifyToken(deps, token, options),
  ...bind(deps, { checkProof, introspectToken }),
});
