import { env } from "cloudflare:workers";
import { app } from "../../src/api/http/app.ts";
import type { Env } from "../../src/bindings.ts";
import { client } from "./client.ts";

/**
 * The service over the real bindings, some of them replaced: by other vars, or by ones that fail.
 * Each call makes an environment of its own, with caches of its own, as a fresh isolate has.
 */
export function serviceWith(overrides: Record<string, unknown>) {
  const replaced: Env = { ...env, ...overrides };
  return client((request) => app.fetch(request, replaced));
}

/** What stands behind each wrapper: the runtime takes its own objects as arguments, not ours. */
const originals = new WeakMap<object, unknown>();

/**
 * A binding, or what its methods return, that throws where it is told to.
 *
 * @param fails decides by the names on the way to the call, such as "prepare.bind.all" or "batch"
 */
export function failing<T extends object>(
  binding: T,
  fails: (path: string) => boolean,
  prefix = "",
): T {
  const wrapper = new Proxy(binding, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const path = prefix + String(key);
      return (...args: unknown[]) => {
        if (fails(path)) throw new Error(`injected fault in ${path}`);
        // Not value.apply: on a stub that would be a call of its own, to a method named apply.
        const result: unknown = Reflect.apply(value, target, args.map(unwrapped));
        const isChain = typeof result === "object" && result !== null && !("then" in result);
        return isChain ? failing(result, fails, `${path}.`) : result;
      };
    },
  });
  originals.set(wrapper, binding);
  return wrapper;
}

function unwrapped(argument: unknown): unknown {
  if (Array.isArray(argument)) return argument.map(unwrapped);
  return typeof argument === "object" && argument !== null
    ? (originals.get(argument) ?? argument)
    : argument;
}
