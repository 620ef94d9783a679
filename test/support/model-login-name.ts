import type { SequentialModel } from "./linearizability.ts";

/*
 * What the design says of the tries at one login name. Nothing here is the service's own code.
 */

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Milliseconds to wait after so many failures, as the design tells them. */
const delayAfter = (failures: number): number => {
  const doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
  return failures < 10 ? 0 : (doubled[failures - 10] ?? 3600) * SECOND;
};

/** @property lastAt milliseconds from the beginning of the history */
export type Count = { readonly failures: number; readonly lastAt: number };

export type LoginNameCall =
  | { readonly do: "reserve" | "fail" | "clear" }
  | { readonly do: "release"; readonly before: Count | null; readonly reserved: Count }
  | { readonly do: "wait"; readonly for: number };

export type LoginNameState = { readonly now: number; readonly count: Count | null };

/** @param count what was there before */
export const loginNameModel = (
  count: Count | null,
): SequentialModel<LoginNameState, LoginNameCall, string> => ({
  initial: { now: 0, count },
  next(state, call, output) {
    const outcome = outcomeOf(state, call);
    if (output === null) return [state, outcome.after];
    return outcome.output === output ? [outcome.after] : [];
  },
  keyOf: ({ now, count: known }) => `${now} ${inWords(known)}`,
});

export const inWords = (count: Count | null): string =>
  count === null ? "none" : `${count.failures} at ${count.lastAt}`;

function outcomeOf(
  state: LoginNameState,
  call: LoginNameCall,
): { after: LoginNameState; output: string } {
  const { now, count } = state;
  switch (call.do) {
    case "reserve":
      return reserve(state);
    case "fail":
      return { after: state, output: "" };
    case "clear":
      return { after: { now, count: null }, output: "" };
    case "wait":
      return { after: { now: now + call.for, count }, output: "" };
    case "release":
      return { after: { now, count: released(count, call.before, call.reserved) }, output: "" };
  }
}

function reserve(state: LoginNameState): { after: LoginNameState; output: string } {
  const { now } = state;
  const period = state.count !== null && state.count.failures >= 100 ? 30 * DAY : DAY;
  const isForgotten = state.count !== null && now - state.count.lastAt >= period;
  const before = isForgotten ? null : state.count;
  const failures = before?.failures ?? 0;
  if (failures >= 100) return { after: state, output: "locked" };
  const wait = delayAfter(failures) - (now - (before?.lastAt ?? 0));
  if (wait > 0 && before !== null) return { after: state, output: `delayed for ${wait}` };
  const counted = { failures: failures + 1, lastAt: now };
  return { after: { now, count: counted }, output: `allowed as ${inWords(counted)}` };
}

/** The last try gives its time back as well; of another one only the count is known. */
function released(count: Count | null, before: Count | null, reserved: Count): Count | null {
  if (inWords(count) === inWords(reserved)) return before;
  if (count === null || count.failures <= 1) return null;
  return { ...count, failures: count.failures - 1 };
}
