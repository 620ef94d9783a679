import type { Seen } from "../ledger.ts";
import { originOf } from "../network.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** An export tells of everything that had happened: stored, or on its way to be. */
export const exportsWhole: Invariant = {
  name: "an export leaves out nothing that happened",
  watch: (world) => {
    const { config, scheduler } = world;
    const begun = scheduler.now;
    const exports: { readonly seen: Seen; readonly places: ReadonlySet<number> }[] = [];
    return {
      answered(seen) {
        const { answer } = seen;
        if (answer?.kind !== "ok" || answer.places === undefined) return null;
        if (scheduler.now - begun > config.auditRetention) return null;
        exports.push({ seen, places: new Set(answer.places) });
        return null;
      },
      calm() {
        for (const { seen, places } of exports) {
          const own = placeOf(world, seen);
          if (own === null && !isErased(world, seen)) return "an export is told nowhere";
          for (let place = (own ?? 1) - 1; place > 0; place--) {
            if (!places.has(place)) return `an export has the events ${[...places]}, not ${place}`;
          }
        }
        return null;
      },
    };
  },
};

/** Where the export itself is told: whatever stands before it had happened. */
function placeOf({ ports }: World, seen: Seen): number | null {
  const { requestId } = originOf(seen);
  const told = ports.audit
    .stored()
    .find(
      ({ type, subject, context }) =>
        type === "user.exported" &&
        subject.id === seen.asked.user &&
        context.requestId === requestId,
    );
  return told?.seq ?? null;
}

/** Deleted, by whomever, or so long ago that the trail keeps it no more. */
const isErased = ({ db, scheduler, config }: World, { asked, begunAt }: Seen): boolean =>
  !db.users.has(asked.user) || scheduler.now - begunAt > config.auditRetention;
