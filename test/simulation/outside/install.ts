import type { Random } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";
import { simulatedCrypto } from "./simulated-crypto.ts";

/**
 * Puts the simulation's randomness and timers in the place of the process's own while `work` runs:
 * code that reaches for the platform's globals gets what the seed decides.
 */
export async function withOutside<T>(
  random: Random,
  scheduler: Scheduler,
  work: () => Promise<T>,
): Promise<T> {
  const timers = new Map<number, () => void>();
  let last = 0;
  const simulated: Readonly<Record<string, unknown>> = {
    crypto: simulatedCrypto(random),
    scheduler: { wait: (milliseconds: number) => scheduler.after(milliseconds) },
    setTimeout: (run: () => void, milliseconds: number) => {
      last += 1;
      timers.set(last, scheduler.at(scheduler.now + milliseconds, run));
      return last;
    },
    clearTimeout: (timer: number) => timers.get(timer)?.(),
  };
  const own = Object.keys(simulated).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(simulated)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    return await work();
  } finally {
    for (const [name, descriptor] of own) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}
