import { env } from "cloudflare:workers";

/**
 * D1, with something done just before the first batch that writes reaches it: after everything
 * that the request was checked on.
 */
export function beforeFirstWrite(work: () => Promise<unknown>): D1Database {
  let isWriting = false;
  let isDone = false;
  return new Proxy(env.DB, {
    get(target, key) {
      if (key === "prepare") {
        return (query: string) => {
          isWriting ||= /^\s*(insert|update|delete)\b/i.test(query);
          return target.prepare(query);
        };
      }
      if (key === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          if (isWriting && !isDone) {
            isDone = true;
            await work();
          }
          return target.batch(statements);
        };
      }
      return Reflect.get(target, key, target);
    },
  });
}
