import {
  type FactorId,
  type ServiceAccountId,
  type UserId,
  userIdOf,
} from "../../src/domain/ids.ts";
import type { NewUser } from "../../src/use-cases/accounts/ports.ts";
import type { PlainAuthenticator } from "../support/fakes/passkeys.ts";
import { emailOf, someUserId } from "../support/samples.ts";
import { Device } from "./device.ts";
import type { Ledger } from "./ledger.ts";
import type { World } from "./world.ts";

/** Somebody with an account, and the devices they sign in with. */
export type Person = {
  readonly name: string;
  readonly id: UserId;
  email: ReturnType<typeof emailOf>;
  /** The password that they believe to be theirs. */
  password: string;
  /** What their authenticator and their drawer hold, the newest last. */
  readonly authenticator: { readonly id: FactorId; readonly secret: string }[];
  readonly codes: string[];
  /** Authenticators with a passkey of theirs, and what the service calls those that it kept. */
  readonly keyring: PlainAuthenticator[];
  readonly keyIds: Map<string, FactorId>;
  /** Recovery codes that opened a session, the newest last. */
  readonly worn: string[];
  readonly devices: readonly [Device, ...Device[]];
};

export type Program = {
  readonly id: ServiceAccountId;
  readonly secrets: { readonly id: string; readonly text: string }[];
  readonly tokens: string[];
};

/** Whom a history is about: two people, and one who administers. */
export type People = {
  readonly users: readonly [Person, ...Person[]];
  readonly administrator: Person;
  /** Who may come to have an account: the id says nothing. */
  readonly newcomers: readonly [Person, ...Person[]];
  /** Service accounts, with every secret and token that they were given. */
  readonly programs: Program[];
  /** Sign-ins by a mailed code that somebody began. */
  readonly flows: { readonly email: Person["email"]; readonly text: string }[];
  /** Refresh tokens and access tokens that were copied. */
  readonly loot: Device[];
};

/** Who has no account. */
export const NOBODY = userIdOf("A".repeat(22));

/** A role that can be edited, which grants something to whoever holds it. */
export const EDITOR = "editor";

/** What it grants before anybody edits it. */
export const FIRST_GRANT: readonly string[] = ["articles:write"];

/** Accounts as they stand before anything happens. */
export function populate(world: World): People {
  const editor = { name: EDITOR, description: "Edits.", permissions: FIRST_GRANT };
  world.db.roles.set(EDITOR, { ...editor, requireAal2: world.editorWaits });
  const someone = (name: string, devices: readonly string[], role: string | null): Person => {
    const password = `first password of ${name}`;
    const person = {
      name,
      id: someUserId(),
      email: emailOf(`${name}@example.com`),
      password,
      ...nothingYet(),
    };
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
    newcomers: [newcomer("nina"), newcomer("omar")],
    flows: [],
    programs: [],
    loot: [],
  };
}

const nothingYet = () => ({
  authenticator: [],
  codes: [],
  keyring: [],
  keyIds: new Map<string, FactorId>(),
  worn: [],
});

function newcomer(name: string): Person {
  const password = `first password of ${name}`;
  const devices = [new Device(`${name}'s phone`)] as const;
  const email = emailOf(`${name}@example.com`);
  return { name, id: NOBODY, email, password, ...nothingYet(), devices };
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
  note(ledger, id, password, role);
}

/** Somebody who has an account from now on. */
export const arrive = ({ ledger }: World, { id, passwordHash }: NewUser): void =>
  note(ledger, id, passwordHash?.replace("current:", "") ?? "", null);

function note(ledger: Ledger, id: UserId, password: string, role: string | null): void {
  ledger.status(id).start("active");
  ledger.password(id).start(password);
  ledger.factor(id).start(false);
  for (const known of [EDITOR, "admin"]) ledger.role(id, known).start(role === known);
}
