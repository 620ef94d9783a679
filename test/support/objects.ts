/**
 * A namespace whose objects' methods are called by way of something else.
 *
 * @param call gets the method's name, and what makes the call
 */
export function surrounded<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  call: (method: string, invoke: () => Promise<unknown>) => unknown,
): DurableObjectNamespace<T> {
  const stubOf = (id: DurableObjectId) =>
    new Proxy(namespace.get(id), {
      get: (stub, method) => {
        return async (...args: unknown[]) =>
          call(String(method), async () => {
            const invoke: unknown = Reflect.get(stub, method);
            if (typeof invoke !== "function") throw new Error(`no method ${String(method)}`);
            // Not the method's own apply: on a stub that would be the name of a remote property.
            return Reflect.apply(invoke, stub, args);
          });
      },
    });
  return new Proxy(namespace, {
    get(target, key) {
      if (key === "get") return stubOf;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/**
 * A namespace that does something before each call of its objects' methods: fail as the runtime
 * does, or let another request go first.
 *
 * @param before gets the method's name
 */
export const interposed = <T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  before: (method: string) => void | Promise<void>,
) =>
  surrounded(namespace, async (method, invoke) => {
    await before(method);
    return invoke();
  });

/** A namespace whose objects' answers are changed on the way, to what other code would say. */
export const answering = <T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  changed: (answer: unknown) => unknown,
) => surrounded(namespace, async (_, invoke) => changed(await invoke()));

/** How the runtime's own errors about objects look. */
export const objectError = (flags: { retryable?: boolean; overloaded?: boolean }): Error =>
  Object.assign(new Error("the object did not answer"), flags);
