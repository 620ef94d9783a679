import { ROLES_MAX_AGE } from "../../../src/core/config/constants.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import type { Seen } from "../ledger.ts";
import { EDITOR, FIRST_GRANT } from "../people.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** What a role grants is known everywhere a minute after it was changed. */
export const grantsInTime: Invariant = {
  name: "no permissions but those that roles grant, or granted a minute ago",
  watch: (world) => ({
    answered(seen) {
      const { asked, answer } = seen;
      if (answer?.kind !== "ok") return null;
      // An offline verdict repeats the token, which was looked at when it was signed.
      const judged = asked.what === "judge" && asked.staleness === "offline" ? null : answer.judged;
      const claims = answer.claims ?? answer.tokens?.claims ?? judged ?? null;
      if (claims === null || claims.roles.includes("admin")) return null;
      // A role that was just given grants nothing yet where it cannot be looked up.
      const isOutage = (world.refusedAt.get("d1") ?? -Infinity) >= seen.begunAt;
      if (isGranted(world, claims, seen) || (isOutage && claims.permissions.length === 0))
        return null;
      return `${asked.what} was answered with ${claims.permissions.join(", ") || "no permissions"}`;
    },
  }),
};

function isGranted({ ledger }: World, { roles, permissions }: AccessTokenClaims, seen: Seen) {
  const given = permissions.join();
  if (!roles.includes(EDITOR)) return given === "";
  const edits = ledger.all.filter(
    ({ asked, answer, begun }) =>
      asked.what === "edit role" && answer?.kind !== "refused" && begun < (seen.answered ?? 0),
  );
  const from = seen.begunAt - ROLES_MAX_AGE;
  const grantOf = ({ asked }: Seen) =>
    asked.what === "edit role" ? [...asked.permissions].sort().join() : "";
  const isOver = (end: number) =>
    edits.some(
      ({ begun, answer, answeredAt }) =>
        begun > end && answer?.kind === "ok" && (answeredAt ?? Infinity) < from,
    );
  if (given === FIRST_GRANT.join() && !isOver(0)) return true;
  return edits.some((edit) => {
    const end = edit.answer?.kind === "ok" ? (edit.answered ?? Infinity) : Infinity;
    return grantOf(edit) === given && !isOver(end);
  });
}
