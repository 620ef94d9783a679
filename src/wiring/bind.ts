import type { Actor } from "../domain/access/actor.ts";
import type { Reason, Result } from "../domain/result.ts";

/** The one form of a use case: dependencies, who acts, the arguments; a result. */
type UseCase<Deps> = (
  deps: Deps,
  actor: never,
  ...wanted: never[]
) => Promise<Result<unknown, Reason>>;

/** The same without its dependencies. A use case that takes no actor becomes `never`. */
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

/** Binds use cases to their dependencies, so that routes and RPC calls cannot reach those. */
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
