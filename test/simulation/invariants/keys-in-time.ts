import { JWKS_MAX_AGE, KEYS_SIGNING_MAX_AGE } from "../../../src/core/config/constants.ts";
import { JWKS_COPY_AGE } from "../../../src/core/memory/jwks-copy.ts";
import { CLOCK_LEEWAY } from "../../../src/domain/time.ts";
import type { Seen } from "../ledger.ts";
import { kidOf } from "../network.ts";
import { LONGEST_KEPT } from "../stores/edge-kv.ts";
import type { LoggedKey } from "../stores/key-log.ts";
import { MAX_SKEW, type World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** Milliseconds from when a set is in KV until every verifier has it. */
const TOLD = JWKS_MAX_AGE * 1_000 + LONGEST_KEPT + JWKS_COPY_AGE;

/** Milliseconds that may lie between the clocks of two isolates, and in rounding to seconds. */
const SLACK = 2 * MAX_SKEW + 1_000;

/** Milliseconds for which a failed reading is not tried again. */
const AFTER_OUTAGE = 10_000;

/**
 * A key signs when everybody knows it, not before its time nor long after its successor's, and
 * stays until its last token is dead. Where no other key signs, one may sign that nobody knows.
 */
export const keysInTime: Invariant = {
  name: "keys are published, sign and go in their time",
  watch(world) {
    const { ledger, keyLog, settings } = world;
    /** When the last token of a key is dead. */
    const lastEnd = new Map<string, number>();
    let seen = 0;
    const checkNew = ({ begunAt }: Seen): string | null => {
      // An isolate that cannot read the keys goes on with those it knew: docs/operations.md.
      const isOutage = (world.refusedAt.get("d1") ?? -Infinity) > begunAt - AFTER_OUTAGE;
      for (; seen < ledger.issued.length; seen++) {
        const { token, claims } = ledger.issued[seen] ?? {};
        if (token === undefined || claims === undefined) continue;
        const key = keyLog.all.get(kidOf(token));
        if (key === undefined) return "a token was signed with a key that is nowhere";
        lastEnd.set(key.kid, Math.max(lastEnd.get(key.kid) ?? 0, claims.exp));
        const problem = signing(world, key, claims.iat * 1_000, isOutage);
        if (problem !== null) return problem;
      }
      return null;
    };
    const checkGone = (): string | null => {
      for (const { kid, removedAt, revokedAt } of keyLog.all.values()) {
        const end = ((lastEnd.get(kid) ?? 0) + CLOCK_LEEWAY) * 1_000;
        if (removedAt === null || revokedAt !== null || end <= removedAt) continue;
        return "a key was removed before its last token was dead";
      }
      return null;
    };
    return {
      answered: (answered) => checkNew(answered) ?? checkGone(),
      calm() {
        const newest = settings.secrets[0];
        const old = [...keyLog.all.values()].find(
          ({ wrappedUnder, removedAt, revokedAt }) =>
            removedAt === null && revokedAt === null && wrappedUnder !== newest,
        );
        return old === undefined ? null : "a key is never wrapped under the newest secret";
      },
    };
  },
};

function signing({ edge, keyLog }: World, key: LoggedKey, at: number, isOutage: boolean) {
  const { kid, sequence, signsFrom, isHeir } = key;
  if (signsFrom === null || at < signsFrom - SLACK) return "a key signed before its time";
  const shown = edge.shownSince.get(kid) ?? Infinity;
  if (!isHeir && shown + TOLD > signsFrom + SLACK) return "a key signed before it was known";
  if (isOutage) return null;
  const late = [...keyLog.all.values()].some(
    (other) =>
      other.sequence > sequence &&
      (other.signsFrom ?? Infinity) + KEYS_SIGNING_MAX_AGE + SLACK < at &&
      (other.revokedAt ?? Infinity) > (other.signsFrom ?? Infinity) + SLACK,
  );
  return late ? "a key signed long after its successor's time had come" : null;
}
