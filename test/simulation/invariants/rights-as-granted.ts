import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import type { Seen } from "../ledger.ts";
import { EDITOR } from "../people.ts";
import type { Invariant } from "./invariant.ts";

/**
 * Tokens are signed, and answers at freshness 0 given, with the rights that the record grants: at
 * once after a change through the API, and after one by hand as soon as the feed has told of it. A
 * role that asks for two factors is none of a session that showed one.
 */
export const rightsAsGranted: Invariant = {
  name: "no rights but those that the record grants",
  watch({ ledger, editorWaits }) {
    const isRight = (seen: Seen, claims: AccessTokenClaims, role: string): boolean => {
      const holds = claims.roles.includes(role);
      const waits = role === EDITOR && editorWaits && claims.acr !== "aal2";
      const register = ledger.role(seen.asked.user, role);
      return waits ? !holds : register.allows(holds, seen.begun, seen.answered ?? seen.begun);
    };
    const wrong = (seen: Seen, claims: AccessTokenClaims): string | null => {
      const { asked, begun, answered } = seen;
      if (!ledger.status(asked.user).allows("active", begun, answered ?? begun)) {
        return `${asked.what} succeeded for an account that may not act`;
      }
      const role = [EDITOR, "admin"].find((name) => !isRight(seen, claims, name));
      if (role === undefined) return null;
      const how = claims.roles.includes(role) ? "with" : "without";
      return `${asked.what} was answered ${how} the role ${role}`;
    };
    return {
      answered(seen) {
        const { answer } = seen;
        const claims = answer?.kind === "ok" ? (answer.claims ?? answer.tokens?.claims) : undefined;
        return claims === undefined ? null : wrong(seen, claims);
      },
    };
  },
};
