import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearize, type Operation, type SequentialModel } from "../support/linearizability.ts";
import { shown } from "../support/recorded-history.ts";

type Input = "read" | `write ${number}` | "increment";

/** A register that holds a number: each call answers what it held before. */
const register: SequentialModel<number, Input, string> = {
  initial: 0,
  next(state, input, output) {
    if (output !== null && output !== String(state)) return [];
    if (input === "read") return [state];
    return [input === "increment" ? state + 1 : Number(input.slice("write ".length))];
  },
  keyOf: String,
};

/** @param to null for a call that was never answered */
const op = (
  from: number,
  to: number | null,
  input: Input,
  output = "",
): Operation<Input, string> => ({
  by: "c",
  input,
  invokedAt: from,
  answer: to === null ? null : { output, at: to },
});

const isLinearizable = (...history: Operation<Input, string>[]) =>
  linearize(history, register).isLinearizable;

describe("MOD-01 the check for linearizability", () => {
  it.each([
    ["nothing", []],
    ["one after the other", [op(1, 2, "write 7", "0"), op(3, 4, "read", "7")]],
    ["a read beside a write sees it", [op(1, 4, "write 7", "0"), op(2, 3, "read", "7")]],
    ["a read beside a write misses it", [op(1, 4, "write 7", "0"), op(2, 3, "read", "0")]],
    [
      "two writes side by side, seen in the order of neither invocation nor answer",
      [op(1, 5, "write 1", "2"), op(2, 4, "write 2", "0"), op(6, 7, "read", "1")],
    ],
    [
      "increments side by side",
      [op(1, 6, "increment", "2"), op(2, 5, "increment", "0"), op(3, 4, "increment", "1")],
    ],
    ["an unanswered write that was made", [op(1, null, "write 7"), op(2, 3, "read", "7")]],
    ["an unanswered write that was never made", [op(1, null, "write 7"), op(2, 3, "read", "0")]],
    [
      "an unanswered write that was made late",
      [
        op(1, null, "write 7"),
        op(2, 3, "read", "0"),
        op(4, 5, "write 1", "0"),
        op(6, 7, "read", "7"),
      ],
    ],
    ["calls of which none was answered", [op(1, null, "write 7"), op(2, null, "increment")]],
  ])("accepts %s", (_, history) => {
    expect(isLinearizable(...history)).toBe(true);
  });

  it.each([
    ["a stale read", [op(1, 2, "write 7", "0"), op(3, 4, "read", "0")]],
    ["a read of what was never written", [op(1, 4, "write 7", "0"), op(2, 3, "read", "8")]],
    [
      "a read that goes back behind another",
      [op(1, 8, "write 7", "0"), op(2, 3, "read", "7"), op(4, 5, "read", "0")],
    ],
    ["a lost update", [op(1, 4, "increment", "0"), op(2, 3, "increment", "0")]],
    [
      "a lost update that only a later read tells of",
      [op(1, 4, "write 1", "0"), op(2, 3, "write 2", "1"), op(5, 6, "read", "1")],
    ],
    [
      "an unanswered write that was made twice",
      [
        op(1, null, "write 7"),
        op(2, 3, "read", "7"),
        op(4, 5, "write 1", "7"),
        op(6, 7, "read", "7"),
      ],
    ],
    ["an unanswered write before its invocation", [op(1, 2, "read", "7"), op(3, null, "write 7")]],
  ])("refuses %s", (_, history) => {
    expect(isLinearizable(...history)).toBe(false);
  });

  /** Calls as they overlap at random; what they would answer one at a time, in some order. */
  const overlapping = fc
    .array(
      fc.record({
        input: fc.constantFrom<Input>("read", "increment", "write 1", "write 2"),
        takesEffectAt: fc.integer({ min: 0, max: 1_000 }),
        before: fc.nat({ max: 300 }),
        after: fc.nat({ max: 300 }),
        isAnswered: fc.boolean(),
      }),
      { maxLength: 12 },
    )
    .map((calls) => {
      let held = 0;
      return [...calls]
        .sort((a, b) => a.takesEffectAt - b.takesEffectAt)
        .map((call, at) => {
          const output = String(held);
          held = register.next(held, call.input, null)[0] ?? held;
          const place = (at + 1) * 1_000;
          const answer = { output, at: place + call.after * 20 + 1 };
          return {
            by: `c${at}`,
            input: call.input,
            // A fraction of its own, so that no two moments are the same.
            invokedAt: place - call.before * 20 + at / 100,
            answer: call.isAnswered ? { ...answer, at: answer.at + at / 100 } : null,
          };
        });
    });

  it("accepts whatever took effect one at a time, however calls overlapped", () => {
    fc.assert(
      fc.property(overlapping, (history) => {
        expect(linearize(history, register).isLinearizable).toBe(true);
      }),
    );
  });

  it("agrees with a search through every order", () => {
    const small = fc.tuple(
      overlapping,
      fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 }),
    );
    fc.assert(
      fc.property(small, ([calls, outputs]) => {
        const history = calls.slice(0, 6).map((one, at) => ({
          ...one,
          answer: one.answer && { ...one.answer, output: String(outputs[at]) },
        }));
        expect(linearize(history, register).isLinearizable).toBe(isExplained(history, 0));
      }),
    );
  });

  it("meets no calls in no state twice: many side by side, one of them wrong, take no time", () => {
    const reads = Array.from({ length: 12 }, (_, i) => op(i, 100 + i, "read", "0"));
    const history = [...reads, op(50, 60, "read", "1")];
    expect(isLinearizable(...history)).toBe(false);
  }, 5_000);

  it("shows how far the explanation goes", () => {
    const history = [op(1, 2, "write 7", "0"), op(3, 4, "read", "0"), op(5, null, "increment")];
    const text = shown(history, linearize(history, register), (input) => input);
    expect(text.split("\n").slice(1)).toEqual([
      "   1  1-2     c      write 7 -> 0",
      "   ?  3-4     c      read -> 0",
      "   ?  5-      c      increment -> no answer",
    ]);
  });
});

/** The definition as it is written: every order, without any thought. */
function isExplained(left: readonly Operation<Input, string>[], state: number): boolean {
  if (left.every((one) => one.answer === null)) return true;
  return left.some((one) => {
    const isLate = left.some((other) => other.answer !== null && other.answer.at < one.invokedAt);
    if (isLate) return false;
    const others = left.filter((other) => other !== one);
    const output = one.answer === null ? null : one.answer.output;
    return register.next(state, one.input, output).some((after) => isExplained(others, after));
  });
}
