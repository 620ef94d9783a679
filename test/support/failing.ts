/** What stands behind each wrapper: the runtime takes its own objects as arguments, not ours. */
const originals = new WeakMap<object, unknown>();

/**
 * A binding, or what its methods return, that throws where it is told to.
 *
 * @param fails decides by the names on the way to the call, such as "prepare.bind.all" or "batch":
 *   true before anything is done, "after" when only the answer is to be lost
 */
export function failing<T extends object>(
  binding: T,
  fails: (path: string) => boolean | "after",
  prefix = "",
): T {
  const wrapper = new Proxy(binding, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const path = prefix + String(key);
      return (...args: unknown[]) => {
        const fault = fails(path);
        if (fault === true) throw injected(path);
        // Not value.apply: on a stub that would be a call of its own, to a method named apply.
        const result: unknown = Reflect.apply(value, target, args.map(unwrapped));
        if (fault === "after") return Promise.resolve(result).then(() => throwInjected(path));
        const isChain = typeof result === "object" && result !== null && !("then" in result);
        return isChain ? failing(result, fails, `${path}.`) : result;
      };
    },
  });
  originals.set(wrapper, binding);
  return wrapper;
}

const injected = (path: string) => new Error(`injected fault in ${path}`);

function throwInjected(path: string): never {
  throw injected(path);
}

function unwrapped(argument: unknown): unknown {
  if (Array.isArray(argument)) return argument.map(unwrapped);
  return typeof argument === "object" && argument !== null
    ? (originals.get(argument) ?? argument)
    : argument;
}
