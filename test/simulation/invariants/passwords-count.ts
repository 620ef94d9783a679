import type { Invariant } from "./invariant.ts";

/** A password that was replaced opens nothing from the acknowledgement on. */
export const passwordsCount: Invariant = {
  name: "no sign-in with a password that was replaced",
  watch: ({ ledger }) => ({
    answered({ asked, answer, begun, answered }) {
      if (asked.what !== "sign in" || answer?.kind !== "ok") return null;
      const isGood = ledger.password(asked.user).allows(asked.password, begun, answered ?? begun);
      return isGood ? null : "a sign-in succeeded with a password that was replaced";
    },
  }),
};
