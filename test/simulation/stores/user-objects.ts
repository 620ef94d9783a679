import type { UserId } from "../../../src/domain/ids.ts";
import { durableAccounts } from "../../../src/persistence/durable/accounts/accounts.ts";
import type { UserCalls } from "../../../src/persistence/durable/accounts/user-calls.ts";
import type { AccountPolicy, UserObjects } from "../../../src/use-cases/accounts/ports.ts";
import { strikes } from "../faults.ts";
import { BrokenOff, type Host } from "../host.ts";
import type { World } from "../world.ts";
import { saidByOlder } from "./older-caller.ts";
import { UserObject } from "./user-object.ts";

/** The real adapter, as one host has it, over the simulated objects. */
export const accountsSeenBy = (world: World, host: Host, policy: AccountPolicy): UserObjects => {
  // A namespace is the platform's own class; the adapter asks these two of it.
  const namespace = Object.assign(Object.create(null), {
    idFromName: (name: UserId) => name,
    get: (userId: UserId) => stubOf(world, host, userId),
  });
  return durableAccounts(namespace, policy);
};

export function objectOf(world: World, userId: UserId): UserObject {
  const object = world.objects.get(userId) ?? new UserObject(world, userId);
  world.objects.set(userId, object);
  return object;
}

const stubOf = (world: World, host: Host, userId: UserId): UserCalls =>
  new Proxy(Object.create(null), {
    get:
      (_, method: keyof UserCalls) =>
      (...args: unknown[]) =>
        hop(world, host, userId, (calls) =>
          Reflect.apply(calls[method], calls, host.isOlder ? saidByOlder(method, args) : args),
        ),
  });

async function hop(
  world: World,
  host: Host,
  userId: UserId,
  call: (calls: UserCalls) => Promise<unknown>,
): Promise<unknown> {
  await host.living();
  await world.scheduler.hop();
  if (world.isDown("objects") || strikes(world, "object out of reach")) {
    await host.hop();
    throw new BrokenOff("the object is out of reach");
  }
  const object = objectOf(world, userId);
  const [answer] = await Promise.allSettled([object.serve(call)]);
  if (strikes(world, "object evicted")) object.evict();
  await host.hop();
  if (strikes(world, "object reply lost")) throw new BrokenOff("the reply is lost");
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}
