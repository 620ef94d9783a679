import { Unavailable } from "../../../src/use-cases/outside.ts";
import { type Fault, strikes } from "../faults.ts";
import type { Host } from "../host.ts";
import type { World } from "../world.ts";

/** A store that is asked over the network, and the faults that it knows. */
export type Remote = {
  readonly name: "d1" | "kv" | "queue" | "audit" | "mail";
  readonly refuses: Fault | null;
  readonly replyLost: Fault | null;
  /** Told that it failed, and done later all the same. */
  readonly late: Fault | null;
};

export const D1: Remote = {
  name: "d1",
  refuses: "d1 refuses",
  replyLost: "d1 reply lost",
  late: "d1 late",
};
export const KV: Remote = { name: "kv", refuses: "kv refuses", replyLost: null, late: null };
export const QUEUE: Remote = {
  name: "queue",
  refuses: "queue refuses",
  replyLost: "queue reply lost",
  late: null,
};
export const AUDIT: Remote = {
  name: "audit",
  refuses: "audit refuses",
  replyLost: "audit reply lost",
  late: "audit late",
};
/** It may take a message and say that it failed. */
export const MAIL: Remote = {
  name: "mail",
  refuses: "mail refuses",
  replyLost: "mail reply lost",
  late: "mail late",
};

/** Milliseconds after which a late call lands, at most. */
const LATEST = 20_000;

/** A port as a host sees it: every call is a request and a reply on the network. */
export function remote<T extends object>(world: World, host: Host, store: Remote, port: T): T {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        call(world, host, store, async () => value.apply(target, args));
    },
  });
}

async function call(
  world: World,
  host: Host,
  { name, refuses, replyLost, late }: Remote,
  invoke: () => Promise<unknown>,
): Promise<unknown> {
  const { scheduler } = world;
  await host.living();
  await scheduler.hop();
  const isRefused = world.isDown(name) || (refuses !== null && strikes(world, refuses));
  if (isRefused) world.refusedAt.set(name, scheduler.now);
  if (!isRefused && late !== null && strikes(world, late)) {
    const lands = scheduler.now + scheduler.context.random.below(LATEST);
    scheduler.at(lands, () => void invoke().catch(() => undefined));
    world.refusedAt.set(name, lands);
    await host.hop();
    throw new Unavailable(name);
  }
  if (isRefused) {
    await host.hop();
    throw new Unavailable(name);
  }
  const result = await invoke();
  await host.hop();
  if (replyLost === null || !strikes(world, replyLost)) return result;
  world.refusedAt.set(name, scheduler.now);
  throw new Unavailable(name);
}
