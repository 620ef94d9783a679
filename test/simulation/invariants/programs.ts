import { CLIENT_SECRET_OVERLAP } from "../../../src/core/config/constants.ts";
import type { StandingCopy } from "../../../src/use-cases/clients/ports.ts";
import type { Seen } from "../ledger.ts";
import { STANDING } from "../stores/program-objects.ts";
import { MAX_SKEW, type World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/**
 * Nothing succeeds with a service account that was disabled or deleted, nor with a secret that was
 * ended, from the acknowledgement on; and a secret works for as long as was announced.
 */
export const programs: Invariant = {
  name: "programs do what they may, and no more",
  watch: (world) => ({
    answered(seen) {
      const { asked, answer } = seen;
      if (asked.what !== "use secret" && asked.what !== "verify program") return null;
      if (answer?.kind === "ok") return mayNot(world, seen);
      return asked.what === "use secret" && answer?.kind === "refused" ? might(world, seen) : null;
    },
    calm: () => copied(world),
  }),
};

/** What an object vouches for is what the record says. */
function copied({ db, programs: objects }: World): string | null {
  for (const [id, { kv }] of objects) {
    const copy = kv.get<StandingCopy>(STANDING);
    if (copy === undefined || copy.checkedAt === null) continue;
    const row = db.serviceAccounts.get(id);
    if (row === undefined) return `the object of ${id}, which is gone, vouches for it`;
    if (row.version !== copy.standing.version) return `the object of ${id} is of an old version`;
  }
  return null;
}

function mayNot({ ledger }: World, { asked, begun, answered }: Seen): string | null {
  if (!("program" in asked)) return null;
  const end = answered ?? begun;
  if (!ledger.program(asked.program).allows("active", begun, end)) {
    return `"${asked.what}" succeeded for a program that may not act`;
  }
  if (asked.what === "use secret" && !ledger.secret(asked.secret).allows(true, begun, end)) {
    return "a secret worked that had been ended";
  }
  return null;
}

/** Whether it was refused although nothing can have ended it. */
function might({ ledger }: World, seen: Seen): string | null {
  const { asked, begun, answered, begunAt } = seen;
  if (asked.what !== "use secret") return null;
  const end = answered ?? begun;
  const isLost =
    ledger.secret(asked.secret).allows(false, begun, end) ||
    ["disabled", "deleted"].some((s) => ledger.program(asked.program).allows(s, begun, end)) ||
    ledger.all.some(
      (other) =>
        other.asked.what === "rotate secret" &&
        other.asked.program === asked.program &&
        other.begun < end &&
        begunAt - other.begunAt > CLIENT_SECRET_OVERLAP * 1_000 - 2 * MAX_SKEW,
    );
  return isLost ? null : "a secret was refused that nobody had ended";
}
