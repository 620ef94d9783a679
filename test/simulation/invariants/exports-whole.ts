import type { Invariant } from "./invariant.ts";

/** An export tells of everything that had happened: stored, or on its way to be. */
export const exportsWhole: Invariant = {
  name: "an export leaves out nothing that happened",
  watch: ({ config, scheduler }) => {
    const begun = scheduler.now;
    return {
      answered({ answer }) {
        if (answer?.kind !== "ok" || answer.places === undefined) return null;
        if (scheduler.now - begun > config.auditRetention) return null;
        const places = [...new Set(answer.places)].sort((a, b) => a - b);
        const isWhole = places.every((place, at) => place === at + 1);
        return isWhole ? null : `an export has the events ${places.join()}`;
      },
    };
  },
};
