import fc from "fast-check";
import type { ModelChange } from "./model-user-account.ts";
import {
  CALL_WEATHER,
  type CallWeather,
  D1_WEATHER,
  type D1Weather,
  weatherOf,
} from "./weather.ts";

/** What a client does next. Sessions are counted, and tokens by their age: 0 is the newest. */
export type UserStep =
  | { readonly do: "open" | "read" | "list" | "catch up" | "end all" | "evict" | "abort" }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "check"; readonly session: number }
  | { readonly do: "refresh" | "holds"; readonly session: number; readonly age: number }
  | {
      readonly do: "end";
      readonly session: number;
      readonly which: "only" | "all except";
    }
  | {
      readonly do: "change";
      readonly change: ModelChange;
      readonly isConditional: boolean;
      readonly opens: boolean;
    }
  | { readonly do: "by hand"; readonly change: ModelChange };

/**
 * What several clients do at once.
 *
 * @property reads whether the object reads the row before each decision, or trusts what it knows
 * @property before one after the other, in good weather
 */
export type UserPlan = {
  readonly reads: "the row" | "its copy";
  readonly before: readonly UserStep[];
  readonly clients: readonly (readonly UserStep[])[];
  readonly calls: readonly CallWeather[];
  readonly d1: readonly D1Weather[];
};

const session = fc.nat({ max: 3 });
const age = fc.constantFrom(0, 0, 0, 0, 1, 1, 2);
const change = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ModelChange>("set password") },
  { weight: 3, arbitrary: fc.constantFrom<ModelChange>("disable", "enable", "promote", "demote") },
  { weight: 1, arbitrary: fc.constant<ModelChange>("delete") },
);

const step: fc.Arbitrary<UserStep> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("refresh" as const), session, age }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("check" as const), session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("holds" as const), session, age }) },
  { weight: 3, arbitrary: fc.constant({ do: "open" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "list" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "read" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "end all" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      session,
      which: fc.constantFrom("only" as const, "all except" as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      change,
      isConditional: fc.boolean(),
      opens: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("by hand" as const), change }) },
  { weight: 2, arbitrary: fc.constant({ do: "catch up" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      seconds: fc.constantFrom(10, 30, 60, 100),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "evict" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "abort" as const }) },
);

/** @param reads as in a plan */
export const userPlan = (reads: UserPlan["reads"]): fc.Arbitrary<UserPlan> =>
  fc.record({
    reads: fc.constant(reads),
    before: fc.array(step, { maxLength: 3 }).map((steps) => [{ do: "open" as const }, ...steps]),
    clients: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), {
      minLength: 2,
      maxLength: 4,
    }),
    calls: weatherOf(CALL_WEATHER),
    d1: weatherOf(D1_WEATHER),
  });
