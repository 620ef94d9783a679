import type { Random } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";
import { simulatedCrypto } from "./simulated-crypto.ts";

/** What one history has in the place of the platform's own. */
type Outside = {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly timers: Map<number, () => void>;
};

let outside: Outside | null = null;
let isInstalled = false;

/** Whose history it is that asks. */
function current(): Outside {
  if (outside === null) throw new Error("no history is being played");
  return outside;
}

/** Made once: to change a global costs whatever was compiled with it, so they are put in place once. */
const simulated: Readonly<Record<string, unknown>> = {
  crypto: simulatedCrypto((limit) => current().random.below(limit)),
  scheduler: { wait: (milliseconds: number) => current().scheduler.after(milliseconds) },
  setTimeout: (run: () => void, milliseconds: number) => {
    const { scheduler, timers } = current();
    const timer = timers.size + 1;
    timers.set(timer, scheduler.at(scheduler.now + milliseconds, run));
    return timer;
  },
  clearTimeout: (timer: number) => current().timers.get(timer)?.(),
};

/**
 * Puts the simulation's randomness and timers in the place of the process's own while `work` plays
 * histories: code that reaches for the platform's globals gets what the seed decides.
 */
export async function playing<T>(work: () => Promise<T>): Promise<T> {
  if (isInstalled) return work();
  const own = Object.keys(simulated).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(simulated)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  isInstalled = true;
  try {
    return await work();
  } finally {
    isInstalled = false;
    for (const [name, descriptor] of own) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

/** One history, with what its seed decides. */
export function withOutside<T>(
  random: Random,
  scheduler: Scheduler,
  work: () => Promise<T>,
): Promise<T> {
  return playing(async () => {
    outside = { random, scheduler, timers: new Map() };
    try {
      return await work();
    } finally {
      outside = null;
    }
  });
}
