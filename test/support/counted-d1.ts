import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { UserObject } from "../../src/persistence/durable/accounts/user-object.ts";

/** D1, with each statement that somebody prepares written down. */
export function counted(asked: string[]): D1Database {
  return new Proxy(env.DB, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (key === "prepare") asked.push(String(args[0]));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** The users' objects, over a D1 of the test's. */
export function objectsOver(DB: D1Database) {
  const objects = new Map<string, UserObject>();
  const objectOf = (state: DurableObjectState): UserObject => {
    const object = objects.get(`${state.id}`) ?? new UserObject(state, { ...env, DB });
    objects.set(`${state.id}`, object);
    return object;
  };
  return {
    idFromName: (name: string) => env.USERS.idFromName(name),
    get: (id: DurableObjectId) =>
      new Proxy(env.USERS.get(id), {
        get:
          (stub, method) =>
          (...args: unknown[]) =>
            runInDurableObject(stub, (_, state) => {
              const object = objectOf(state);
              const call: unknown = Reflect.get(object, method);
              if (typeof call !== "function") throw new Error(`no method ${String(method)}`);
              return Reflect.apply(call, object, args);
            }),
      }),
  };
}
