import type { Invariant } from "./invariant.ts";

/** An outage is a 503; anything else that is thrown would be a 500. */
export const noExceptions: Invariant = {
  name: "nothing is thrown but outages",
  watch: (world) => ({
    answered({ asked, answer }) {
      if (answer?.kind === "failed") return `${asked.what} failed: ${answer.error}`;
      return null;
    },
    calm() {
      const [first] = world.mishaps;
      if (first === undefined) return null;
      return `thrown behind everybody's back: ${first instanceof Error ? first.stack : first}`;
    },
  }),
};
