import { JWKS_MAX_AGE, KEYS_MAX_AGE, KV_PROPAGATION } from "../../../src/core/config/constants.ts";
import { revocationOf } from "../key-acts.ts";
import type { Seen } from "../ledger.ts";
import { MAX_SKEW, type World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** Milliseconds until another isolate, or a verifier elsewhere, refuses the key. */
const HERE = KEYS_MAX_AGE;
const ELSEWHERE = (JWKS_MAX_AGE + KV_PROPAGATION) * 1_000 + 2 * MAX_SKEW;

/** Milliseconds after an outage in which what was known before it may serve on. */
const AFTER_OUTAGE = 40_000;

/** A key that was revoked verifies nothing more: at once where that was done, elsewhere in time. */
export const revokedKeys: Invariant = {
  name: "the tokens of a revoked key are refused within the stated time",
  watch: (world) => ({
    answered(seen) {
      const { asked, answer } = seen;
      if (answer?.kind !== "ok" || (asked.what !== "judge" && asked.what !== "verify")) return null;
      const revocation = revocationOf(world.ledger, asked.kid);
      if (revocation === null || !mustBeKnown(world, revocation, seen)) return null;
      return `${asked.what} took a token of a revoked key`;
    },
  }),
};

function mustBeKnown(world: World, revocation: Seen, seen: Seen): boolean {
  const { asked, begun, begunAt, by } = seen;
  if ((revocation.answered ?? Infinity) > begun) return false;
  if (by === revocation.by) return true;
  const isOutside = asked.what === "judge" && asked.where === "outside";
  const refusedAt = world.refusedAt.get(isOutside ? `keys for ${by}` : "d1") ?? -Infinity;
  // It is looked at when the answer is there: the outage may be one of this very question.
  if (refusedAt + AFTER_OUTAGE > begunAt) return false;
  return begunAt > (revocation.answeredAt ?? Infinity) + (isOutside ? ELSEWHERE : HERE);
}
