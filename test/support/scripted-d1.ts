import { env } from "cloudflare:workers";

/** What D1 does with the statements of one transaction. */
export type Batch = D1Database["batch"];

/** D1 whose next batches do as they are told: `steps` are used up one by one. */
export function scripted(
  steps: ((run: () => ReturnType<Batch>) => ReturnType<Batch>)[],
): D1Database {
  return new Proxy(env.DB, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (key !== "batch") return value.bind(target);
      return (statements: D1PreparedStatement[]) => {
        const run = () => target.batch(statements);
        const step = steps.shift();
        return step === undefined ? run() : step(run);
      };
    },
  });
}
