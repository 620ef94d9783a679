import type { Invariant } from "./invariant.ts";

/** Two successors of one token would be two chains: a retry must get what the first try got. */
export const oneSuccessor: Invariant = {
  name: "a refresh token has one successor",
  watch() {
    const successors = new Map<string, string>();
    return {
      answered({ asked, answer }) {
        if (asked.what !== "refresh" || answer?.kind !== "ok") return null;
        const successor = answer.tokens?.refreshToken ?? "";
        const known = successors.get(asked.presented) ?? successor;
        successors.set(asked.presented, known);
        return known === successor ? null : "a token was answered with a second successor";
      },
    };
  },
};
