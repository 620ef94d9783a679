import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseConfig } from "../../src/core/config/config.ts";
import { loginNameKey } from "../../src/core/security/bucket-names.ts";
import type { ThrottleState } from "../../src/domain/credentials/throttle.ts";
import { HOUR, moveClock } from "./moving-clock.ts";

/** The object that counts the failures of a login name, found as the service finds it. */
export function throttleOf(email: string) {
  const config = parseConfig(env);
  if (!config.ok) throw new Error(config.problems.join());
  const name = loginNameKey(config.value.secrets, email);
  return env.LOGIN_THROTTLES.get(env.LOGIN_THROTTLES.idFromName(name));
}

/** Everything the object of a login name stores, and when it wakes up. */
export const storedFor = (email: string) =>
  runInDurableObject(throttleOf(email), async (_, state) => ({
    entries: Object.fromEntries(await state.storage.list()),
    alarm: await state.storage.getAlarm(),
  }));

export async function failuresOf(email: string): Promise<number> {
  const state = await runInDurableObject(throttleOf(email), (_, { storage }) =>
    storage.kv.get<ThrottleState>("state"),
  );
  return state?.failures ?? 0;
}

/**
 * Failures without the cost of their hashes, each after the longest wait, so that all are
 * counted. Leaves the clock where the last one was.
 */
export async function failInARow(email: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    moveClock(HOUR);
    const attempt = await throttleOf(email).reserve();
    if (attempt.kind !== "allowed") throw new Error(`try ${i + 1} was ${attempt.kind}`);
    await throttleOf(email).fail();
  }
}

/** A namespace whose objects do not answer the call named. */
export function unreachable<N extends object>(namespace: N, method: string): N {
  return replaced(namespace, "get", (get, args) => {
    const stub = get(...args);
    if (typeof stub !== "object" || stub === null) throw new Error("a stub was expected");
    return replaced(stub, method, async () => {
      throw new Error(`injected fault in ${method}`);
    });
  });
}

type Call = (...args: unknown[]) => unknown;

/** The same object but for one method. */
function replaced<T extends object>(
  object: T,
  method: string,
  answer: (original: Call, args: unknown[]) => unknown,
): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      // Not value.apply: on a stub that would be a remote property of its own.
      const original: Call = (...args) => Reflect.apply(value, target, args);
      return key === method ? (...args: unknown[]) => answer(original, args) : original;
    },
  });
}
