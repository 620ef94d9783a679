import type { SessionId } from "../../../src/domain/ids.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { ends, type Ledger, type Seen } from "../ledger.ts";
import { EDITOR } from "../people.ts";
import type { Invariant } from "./invariant.ts";

/** A verdict of a freshness knows all that had happened so many seconds before it was asked for. */
export const freshAsAsked: Invariant = {
  name: "a verdict is as fresh as it was asked to be",
  watch: ({ ledger, editorWaits }) => ({
    answered(seen) {
      const { asked, answer } = seen;
      if (asked.what !== "judge" || asked.staleness === "offline") return null;
      const claims = answer?.kind === "ok" ? (answer.judged ?? answer.claims) : undefined;
      if (claims === undefined) return null;
      const since = seen.begunAt - asked.staleness * 1_000;
      const session = ledger.sessions.get(claims.sid as SessionId);
      const end = ledger.all.find(
        (act) =>
          session !== undefined &&
          ends(act, session) &&
          act.answer?.kind === "ok" &&
          !act.byHand &&
          (act.answeredAt ?? Infinity) < since &&
          (session.openedBy.answered ?? Infinity) < act.begun,
      );
      if (end !== undefined) return `"${end.asked.what}" had ended its session`;
      // A role that waits is none: "rights as granted" looks at that.
      return editorWaits && claims.acr !== "aal2" ? null : roleProblem(ledger, seen, claims, since);
    },
  }),
};

function roleProblem(
  ledger: Ledger,
  { asked, begun, answered }: Seen,
  { roles }: AccessTokenClaims,
  since: number,
): string | null {
  const holds = roles.includes(EDITOR);
  const role = ledger.role(asked.user, EDITOR);
  if (role.allows(holds, orderAt(ledger, since), answered ?? begun)) return null;
  return `it was answered ${holds ? "with" : "without"} the role ${EDITOR}`;
}

/** The order of what began first after a time. */
const orderAt = ({ all }: Ledger, time: number): number =>
  all.find(({ begunAt }: Seen) => begunAt >= time)?.begun ?? Infinity;
