import { env } from "cloudflare:workers";
import { app } from "../../src/api/app.ts";
import type { Env } from "../../src/env.ts";
import { client } from "./client.ts";

/**
 * The service over the real bindings, some of them replaced: by other vars, or by ones that fail.
 * Each call makes an environment of its own, with caches of its own, as a fresh isolate has.
 */
export function serviceWith(overrides: Record<string, unknown>) {
  const replaced: Env = { ...env, ...overrides };
  return client((request) => app.fetch(request, replaced));
}

/**
 * A binding, or what its methods return, that throws where it is told to.
 *
 * @param fails decides by the names on the way to the call, such as "prepare.first" or "get.refresh"
 */
export function failing<T extends object>(
  binding: T,
  fails: (path: string) => boolean,
  prefix = "",
): T {
  return new Proxy(binding, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const path = prefix + String(key);
      return (...args: unknown[]) => {
        if (fails(path)) throw new Error(`injected fault in ${path}`);
        const result: unknown = value.apply(target, args);
        const isChain = typeof result === "object" && result !== null && !("then" in result);
        return isChain ? failing(result, fails, `${path}.`) : result;
      };
    },
  });
}
