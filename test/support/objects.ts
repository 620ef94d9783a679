/**
 * A namespace that does something before each call of its objects' methods: fail as the runtime
 * does, or let another request go first.
 *
 * @param before gets the method's name
 */
export function interposed<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  before: (method: string) => void | Promise<void>,
) {
  return {
    idFromName: (name: string) => namespace.idFromName(name),
    get: (id: DurableObjectId) =>
      new Proxy(namespace.get(id), {
        get: (stub, method) => {
          return async (...args: unknown[]) => {
            await before(String(method));
            const invoke: unknown = Reflect.get(stub, method);
            if (typeof invoke !== "function") throw new Error(`no method ${String(method)}`);
            // Not the method's own apply: on a stub that would be the name of a remote property.
            return Reflect.apply(invoke, stub, args);
          };
        },
      }),
  };
}

/** A namespace whose objects' answers are changed on the way, to what other code would say. */
export function answering<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  changed: (answer: unknown) => unknown,
) {
  return {
    idFromName: (name: string) => namespace.idFromName(name),
    get: (id: DurableObjectId) =>
      new Proxy(namespace.get(id), {
        get: (stub, method) => {
          return async (...args: unknown[]) => {
            const invoke: unknown = Reflect.get(stub, method);
            if (typeof invoke !== "function") throw new Error(`no method ${String(method)}`);
            return changed(await Reflect.apply(invoke, stub, args));
          };
        },
      }),
  };
}

/** How the runtime's own errors about objects look. */
export const objectError = (flags: { retryable?: boolean; overloaded?: boolean }): Error =>
  Object.assign(new Error("the object did not answer"), flags);
