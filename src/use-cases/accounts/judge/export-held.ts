import { withoutSecret } from "../../../domain/credentials/factor.ts";
import type { Cause } from "../../../domain/events/event.ts";
import { factorsOf, heldFactors } from "../../credentials/take-factor.ts";
import type { StoredSession } from "../../sessions/ports.ts";
import type { Addressed, Held } from "../ports.ts";
import { forgetAt, type JudgeDeps, knownAuthority } from "./keep-authority.ts";
import { happened } from "./tell-events.ts";
import { wakeNext } from "./wake.ts";

/** @returns null for a user who was deleted: nothing is held then, and nothing is told */
export function exportHeld(deps: JudgeDeps, { userId }: Addressed, cause: Cause): Held | null {
  const { store } = deps;
  if (forgetAt(deps) !== null) return null;
  const held: Held = {
    // An object that does not know its user yet has no table.
    sessions: knownAuthority(deps) === null ? [] : store.sessions.all().map(withoutHashes),
    verifiedEmail: store.authority.copy()?.verifiedEmail,
    factors: factorsOf(store.secondFactors).map(withoutSecret),
    recoveryCodesLeft: heldFactors(store.secondFactors).recoveryCodesLeft,
    failedProofs: [...store.proofs.entries()].map(([by, state]) => ({ by, state })),
    events: store.outbox.left(),
  };
  store.atomically(() =>
    store.outbox.add(happened(deps, userId, cause, { type: "user.exported" })),
  );
  wakeNext(deps);
  return held;
}

const withoutHashes = ({ current: _, rotation, ...session }: StoredSession) => ({
  ...session,
  rotated: rotation === null ? null : { at: rotation.at, by: rotation.by },
});
