import { sessionIdOf } from "../../../src/domain/ids.ts";
import { passwordOf } from "../../support/memory-service.ts";
import { codeOf } from "../../support/totp.ts";
import type { Device } from "../device.ts";
import { done, send, shown } from "../network.ts";
import type { People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";
import { ask, told, withDevice } from "./with-device.ts";

/** The secret is in the authenticator before its first code is shown. */
async function enrol(world: World, device: Device): Promise<string> {
  const { owner } = device;
  const begun = await ask(
    world,
    device,
    (session) => ({ what: "enrol", user: owner.id, session }),
    async ({ factors }, caller) => {
      const enrolled = await factors.enrolTotp(caller, passwordOf(owner.password));
      if (enrolled.ok) owner.authenticator.push(enrolled.value);
      return done(enrolled);
    },
  );
  if (begun === null || begun === "lost" || begun.kind !== "ok") return told(begun);
  return `${shown(begun)}, ${await confirm(world, device)}`;
}

async function confirm(world: World, device: Device): Promise<string> {
  const { owner } = device;
  const newest = owner.authenticator.at(-1);
  if (newest === undefined) return "has none";
  const answer = await ask(
    world,
    device,
    (session) => ({ what: "confirm factor", user: owner.id, session }),
    async ({ factors }, caller) => {
      const code = codeOf(newest.secret, 0, world.scheduler.now);
      const confirmed = await factors.confirmTotp(caller, newest.id, code);
      if (confirmed.ok) owner.codes.push(...(confirmed.value.recoveryCodes ?? []));
      return done(confirmed);
    },
  );
  return told(answer);
}

async function remove(world: World, device: Device, random: Random): Promise<string> {
  const { owner } = device;
  const one = owner.authenticator[random.below(owner.authenticator.length)];
  if (one === undefined) return "has none";
  const answer = await ask(
    world,
    device,
    (session) => ({ what: "remove factor", user: owner.id, session }),
    async ({ factors }, caller) =>
      done(await factors.removeOwnFactor(caller, one.id, passwordOf(owner.password))),
  );
  return told(answer);
}

async function stepUp(world: World, device: Device): Promise<string> {
  const { owner } = device;
  const newest = owner.authenticator.at(-1);
  if (newest === undefined) return "has none";
  const now = world.scheduler.now;
  const proof = `totp ${codeOf(newest.secret, 0, now)} ${Math.floor(now / 30_000)}`;
  const answer = await ask(
    world,
    device,
    () => ({ what: "step up", user: owner.id, proof }),
    async ({ sessions }, caller) => {
      const code = codeOf(newest.secret, 0, now);
      return done(await sessions.stepUp(caller, { kind: "totp", code }));
    },
  );
  return told(answer);
}

/** An operator by the judge's own rules: the administrator's two factors are not what is played. */
async function reset(world: World, people: People, random: Random): Promise<string> {
  const victim = random.pick(people.users);
  const asked = {
    what: "reset factors",
    user: victim.id,
    by: people.administrator.id,
  } as const;
  const answer = await send(world, asked, async ({ factors }, from) => {
    const { id } = people.administrator;
    const caller = {
      kind: "user",
      id,
      userId: id,
      sessionId: NO_SESSION,
      roles: ["admin", "user"],
      permissions: ["*"],
      proved: { amr: ["pwd", "otp", "mfa"], acr: "aal2", authTime: world.scheduler.now },
      accountAcr: "aal2",
      from,
    } as const;
    return done(await factors.resetUserFactors(caller, victim.id));
  });
  return `${victim.name}: ${shown(answer)}`;
}

/** People with a second factor, and whoever takes it from them when they lost it. */
export const factorOwner: Actor = {
  name: "factor owner",
  share: 0.4,
  faults: NETWORK_FAULTS,
  acts: {
    "adds a factor": {
      weight: 3,
      run: withDevice(enrol),
    },
    "shows its first code again": {
      weight: 1,
      run: withDevice(confirm),
    },
    "steps up": {
      weight: 2,
      run: withDevice(stepUp),
    },
    "removes a factor": {
      weight: 1,
      run: withDevice(remove),
    },
    "is let in by an administrator": { weight: 0.5, run: reset },
    "shows one code twice at once, and a worn one": {
      weight: 2,
      run: withDevice(async (world, device) => {
        const both = await Promise.all([device.signIn(world), device.signIn(world)]);
        const worn = device.owner.worn.at(-1);
        const third = worn === undefined ? [] : [await device.signIn(world, worn)];
        return [...both, ...third].join(" / ");
      }),
    },
  },
};

const NO_SESSION = sessionIdOf("A".repeat(22));
