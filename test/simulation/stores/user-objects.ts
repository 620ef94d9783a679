import type { UserId } from "../../../src/domain/ids.ts";
import { durableAccounts } from "../../../src/persistence/durable/accounts/accounts.ts";
import type { AccountPolicy, UserObjects } from "../../../src/use-cases/accounts/ports.ts";
import type { Host } from "../host.ts";
import type { World } from "../world.ts";
import { saidByOlder } from "./older-caller.ts";
import { namespaceOf } from "./stubs.ts";
import { type UserObject, userObject } from "./user-object.ts";

/** The real adapter, as one host has it, over the simulated objects. */
export const accountsSeenBy = (world: World, host: Host, policy: AccountPolicy): UserObjects =>
  durableAccounts(
    namespaceOf(
      world,
      host,
      "objects",
      (name) => objectOf(world, name as UserId), // from idFromName
      (method, args) => (host.isOlder ? saidByOlder(method, args) : args),
    ),
    policy,
  );

export function objectOf(world: World, userId: UserId): UserObject {
  const object = world.objects.get(userId) ?? userObject(world, userId);
  world.objects.set(userId, object);
  return object;
}
