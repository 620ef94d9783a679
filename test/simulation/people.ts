import type { UserId } from "../../src/domain/ids.ts";
import { emailOf, someUserId } from "../support/samples.ts";
import { Device } from "./device.ts";
import type { World } from "./world.ts";

/** Somebody with an account, and the devices they sign in with. */
export type Person = {
  readonly name: string;
  readonly id: UserId;
  readonly email: ReturnType<typeof emailOf>;
  /** The password that they believe to be theirs. */
  password: string;
  readonly devices: readonly [Device, ...Device[]];
};

/** Whom a history is about: two people, and one who administers. */
export type People = {
  readonly users: readonly [Person, ...Person[]];
  readonly administrator: Person;
  /** Refresh tokens and access tokens that were copied. */
  readonly loot: Device[];
};

/** A role that can be edited, which grants something to whoever holds it. */
export const EDITOR = "editor";

/** What it grants before anybody edits it. */
export const FIRST_GRANT: readonly string[] = ["articles:write"];

/** Accounts as they stand before anything happens. */
export function populate(world: World): People {
  const editor = { name: EDITOR, description: "Edits.", permissions: FIRST_GRANT };
  world.db.roles.set(EDITOR, editor);
  const someone = (name: string, devices: readonly string[], role: string | null): Person => {
    const password = `first password of ${name}`;
    const person = { name, id: someUserId(), email: emailOf(`${name}@example.com`), password };
    const made = devices.map((device) => new Device(`${name}'s ${device}`));
    const [first = new Device(name), ...rest] = made;
    const whole: Person = { ...person, devices: [first, ...rest] };
    for (const device of whole.devices) device.owner = whole;
    putRow(world, whole, role);
    return whole;
  };
  return {
    users: [someone("ann", ["phone", "laptop"], EDITOR), someone("bob", ["phone"], null)],
    administrator: someone("root", ["desk"], "admin"),
    loot: [],
  };
}

function putRow(world: World, { id, name, email, password }: Person, role: string | null): void {
  const { ledger, scheduler } = world;
  const now = scheduler.now;
  const roles = ["user", ...(role === null ? [] : [role])].sort();
  const times = { passwordSetAt: now, createdAt: now, updatedAt: now };
  const user = { id, email, name, emailVerified: true, roles, ...times };
  world.db.users.set(id, {
    user: { ...user, status: "active", version: 1 },
    passwordHash: `current:${password}`,
    changeId: "",
    expiresAt: null,
  });
  ledger.status(id).start("active");
  ledger.password(id).start(password);
  for (const known of [EDITOR, "admin"]) ledger.role(id, known).start(role === known);
}
