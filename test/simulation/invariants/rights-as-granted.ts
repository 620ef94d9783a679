import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import type { Seen } from "../ledger.ts";
import { EDITOR } from "../people.ts";
import type { Invariant } from "./invariant.ts";

/**
 * Tokens are signed, and answers at freshness 0 given, with the rights that the record grants: at
 * once after a change through the API, and after one by hand as soon as the feed has told of it.
 */
export const rightsAsGranted: Invariant = {
  name: "no rights but those that the record grants",
  watch({ ledger }) {
    const wrong = (seen: Seen, claims: AccessTokenClaims): string | null => {
      const { user } = seen.asked;
      const [begun, answered] = [seen.begun, seen.answered ?? seen.begun];
      if (!ledger.status(user).allows("active", begun, answered)) {
        return `${seen.asked.what} succeeded for an account that may not act`;
      }
      for (const role of [EDITOR, "admin"]) {
        const holds = claims.roles.includes(role);
        if (ledger.role(user, role).allows(holds, begun, answered)) continue;
        return `${seen.asked.what} was answered ${holds ? "with" : "without"} the role ${role}`;
      }
      return null;
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
