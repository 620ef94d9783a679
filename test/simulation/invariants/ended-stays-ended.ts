import { ends, type Ledger, type Seen, type Session } from "../ledger.ts";
import type { Invariant } from "./invariant.ts";

/** What a revocation ended does nothing more, from its acknowledgement on. */
export const endedStaysEnded: Invariant = {
  name: "after a revocation nothing succeeds with what it ended",
  watch({ ledger }) {
    return {
      answered(seen) {
        const { asked, answer } = seen;
        if (!("session" in asked) || answer?.kind !== "ok") return null;
        const session = ledger.sessions.get(asked.session);
        if (session === undefined) return null;
        const act = ledger.all.find(
          (other) => other !== seen && hasEnded(ledger, other, session, seen),
        );
        if (act === undefined) return null;
        return `${asked.what} succeeded in a session that "${act.asked.what}" had ended`;
      },
    };
  },
};

/** For certain, before somebody began to ask. */
function hasEnded(ledger: Ledger, act: Seen, session: Session, { begun }: Seen): boolean {
  if (!ends(act, session) || act.answer?.kind !== "ok") return false;
  if ((act.answered ?? Infinity) >= begun) return false;
  if ((session.openedBy.answered ?? Infinity) >= act.begun) return false;
  return !(act.byHand && wasUndone(ledger, act));
}

/** A row that was disabled by hand and enabled again before anybody was told ended nothing. */
const wasUndone = ({ all }: Ledger, act: Seen): boolean =>
  act.asked.what === "set status" &&
  all.some(
    ({ asked, begun }) =>
      asked.what === "set status" &&
      asked.user === act.asked.user &&
      asked.status === "active" &&
      begun > act.begun &&
      begun < (act.answered ?? Infinity),
  );
