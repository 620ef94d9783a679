import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RefreshPolicy } from "../../../src/domain/sessions/refresh-session.ts";
import { clockStep } from "../../support/arbitraries.ts";
import { RefreshHistory, START, type Step } from "../../support/model-refresh-session.ts";

const policy: fc.Arbitrary<RefreshPolicy> = fc.record({
  idleTtl: fc.constantFrom(60, 100),
  absoluteTtl: fc.constantFrom(100, 250, 1_000),
  replayWindow: fc.constantFrom(0, 1, 30),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      present: fc.constantFrom("current", "previous", "older", "foreign"),
      secretVersion: fc.constantFrom(1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      present: fc.constant("current" as const),
      secretVersion: fc.constantFrom(1, 2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ by: clockStep(0, 1, 10, 30, 60, 100, 250) }) },
);
const historyOf = (one: fc.Arbitrary<Step>) => fc.array(one, { maxLength: 60, size: "max" });
const history = historyOf(step);
const reconfigured = historyOf(
  fc.oneof({ weight: 8, arbitrary: step }, { weight: 1, arbitrary: fc.record({ policy }) }),
);

/** Plays every history, and looks at it after every step. */
function always(look: (run: RefreshHistory, one: Step) => void, of = reconfigured): void {
  fc.assert(
    fc.property(policy, of, (limits, steps) => {
      const run = new RefreshHistory(limits);
      for (const one of steps) {
        run.take(one);
        look(run, one);
      }
    }),
  );
}

describe("in every history of one session", () => {
  it("each presentation is answered as the model answers it", () => {
    always((run) => expect(run.answer).toBe(run.expected));
  });

  it("a token is said to be refreshable exactly when presenting it gives a successor", () => {
    always(({ answer, wasRefreshable }) => {
      const isAnswered = answer === "rotate" || answer === "replay";
      expect(wasRefreshable).toBe(answer === "none" ? null : isAnswered);
    });
  });

  it("REF-01 a token has at most one successor, whatever secret is the newest", () => {
    always((run) => {
      for (const successors of run.successors.values()) expect(successors.size).toBe(1);
    });
  });

  it("REF-04 a replay changes nothing and extends nothing", () => {
    always((run) => {
      if (run.answer === "replay") expect(run.after).toEqual(run.before);
    });
  });

  it("REF-05 a token whose successor was used, or that was not made here, is reuse", () => {
    always((run) => {
      if (run.presentedAge !== null && run.presentedAge > 1) {
        expect(["reuse", "expired", "unknown"]).toContain(run.answer);
      }
    });
  });

  it("REF-03 nothing of the session is accepted once reuse was seen", () => {
    always((run) => {
      if (run.presentedAge !== null && run.before === null) expect(run.answer).toBe("unknown");
    });
  });

  it("REF-12 nothing is accepted past the idle or the absolute limit", () => {
    always((run) => {
      if (run.answer !== "rotate" && run.answer !== "replay") return;
      expect(run.now).toBeLessThan(START + run.policy.absoluteTtl);
      expect(run.now).toBeLessThan(run.latestUse + run.policy.idleTtl);
    }, history);
  });

  it("a session lives until the end that its owner was told last, and no longer", () => {
    always((run) => {
      if (run.after !== null) expect(run.after.expiresAt).toBe(run.announced);
      const isAccepted = run.answer === "rotate" || run.answer === "replay";
      if (isAccepted && run.before !== null) expect(run.now).toBeLessThan(run.before.expiresAt);
    });
  });
});
