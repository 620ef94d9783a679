import type { Actor } from "../domain/access/actor.ts";
import type { Reason, Result } from "../domain/result.ts";

/** What a use case looks like: what it works with, who acts, what is wanted; and how it answers. */
type UseCase<Deps> = (
  deps: Deps,
  actor: never,
  ...wanted: never[]
) => Promise<Result<unknown, Reason>>;

/** The same without what they work with. One that no actor is named to cannot be called. */
type Bound<Cases> = {
  readonly [Name in keyof Cases]: Cases[Name] extends (
    deps: never,
    actor: infer Who,
    ...wanted: infer Wanted
  ) => infer Answer
    ? Who extends Actor
      ? (actor: Who, ...wanted: Wanted) => Answer
      : never
    : never;
};

/** Use cases as routes and RPC calls have them: with nothing behind them in reach. */
export function bind<Deps, Cases extends Readonly<Record<string, UseCase<Deps>>>>(
  deps: Deps,
  cases: Cases,
): Bound<Cases> {
  const bound = Object.entries(cases).map(
    ([name, run]) =>
      [name, (actor: never, ...wanted: never[]) => run(deps, actor, ...wanted)] as const,
  );
  return Object.fromEntries(bound) as Bound<Cases>;
}
