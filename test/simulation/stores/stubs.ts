import { strikes } from "../faults.ts";
import { BrokenOff, type Host } from "../host.ts";
import type { Part, World } from "../world.ts";
import type { SimulatedObject } from "./object.ts";

type Call<Calls> = (calls: Calls) => Promise<unknown>;

/**
 * The platform's namespace of one kind of object, as one host has it: the real adapters ask these of
 * it.
 */
export const namespaceOf = <Calls extends object>(
  world: World,
  host: Host,
  part: Part,
  objectOf: (name: string) => SimulatedObject<Calls>,
  /** What of the arguments is said: code of an earlier release says less. */
  said: (method: string, args: unknown[]) => unknown[] = (_, args) => args,
) =>
  // A namespace is the platform's own class.
  Object.assign(Object.create(null), {
    idFromName: (name: string) => name,
    idFromString: (name: string) => name,
    get: (name: string): Calls =>
      new Proxy(Object.create(null), {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            hop(world, host, part, objectOf(name), async (calls) => {
              const called: unknown = Reflect.get(calls, method);
              if (typeof called !== "function")
                throw new TypeError("does not implement the method");
              return Reflect.apply(called, calls, said(String(method), args));
            }),
      }),
  });

async function hop<Calls>(
  world: World,
  host: Host,
  part: Part,
  object: SimulatedObject<Calls>,
  call: Call<Calls>,
): Promise<unknown> {
  await host.living();
  await world.scheduler.hop();
  if (world.isDown(part) || strikes(world, "object out of reach")) {
    await host.hop();
    throw new BrokenOff("the object is out of reach");
  }
  const [answer] = await Promise.allSettled([object.serve(call)]);
  if (strikes(world, "object evicted")) object.evict();
  await host.hop();
  if (strikes(world, "object reply lost")) throw new BrokenOff("the reply is lost");
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}
