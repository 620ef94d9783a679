import { ANYONE } from "../../../src/domain/access/actor.ts";
import type { FactorId } from "../../../src/domain/ids.ts";
import type { UserRow } from "../../support/fakes/memory-database.ts";
import { madeBy, type PlainAuthenticator, signedBy } from "../../support/fakes/passkeys.ts";
import { passwordOf } from "../../support/memory-service.ts";
import { someId } from "../../support/samples.ts";
import { type Device, secondFactorToken } from "../device.ts";
import type { UseCases } from "../isolate.ts";
import { done, send, shown, withTokens } from "../network.ts";
import type { People } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";
import { byHand } from "./operator.ts";
import { ask, told, withDevice } from "./with-device.ts";

/** The passkey is in the authenticator before anybody keeps it. */
async function make(world: World, device: Device, random: Random): Promise<string> {
  const { owner } = device;
  let challenge = { token: "", options: {} };
  const begun = await ask(
    world,
    device,
    (session) => ({ what: "enrol", user: owner.id, session }),
    async ({ factors }, caller) => {
      const asked = await factors.beginPasskey(caller, passwordOf(owner.password));
      if (asked.ok) challenge = asked.value;
      return done(asked);
    },
  );
  if (challenge.token === "" || begun === null) return told(begun);
  const { user } = challenge.options as { user: { id: string } };
  const key: PlainAuthenticator = {
    id: someId(),
    key: someId(),
    userHandle: user.id,
    signCount: random.chance(0.5) ? 0 : null,
  };
  owner.keyring.push(key);
  const credential = madeBy(key, challenge.options);
  const answer = await ask(
    world,
    device,
    (session) => ({ what: "confirm factor", user: owner.id, session }),
    async ({ factors }, caller) => {
      const wanted = { token: challenge.token, credential, name: "Key" };
      const added = await factors.addPasskey(caller, wanted);
      if (added.ok) owner.codes.push(...(added.value.recoveryCodes ?? []));
      if (added.ok) owner.keyIds.set(key.id, added.value.passkey.id);
      return done(added);
    },
  );
  return told(answer);
}

/** The newest, mostly; now and then a copy of it from before it signed. */
function keyOf({ owner }: Device, random: Random): PlainAuthenticator | undefined {
  const { keyring } = owner;
  const key = random.chance(0.7) ? keyring.at(-1) : keyring[random.below(keyring.length)];
  if (key === undefined || key.signCount === null || !random.chance(0.15)) return key;
  return { ...key, signCount: Math.max(0, key.signCount - 1) };
}

/** Signs in without a user name, once or with one answer twice at once. */
async function signIn(world: World, device: Device, random: Random): Promise<string> {
  if (device.owner.keyring.length === 0) return make(world, device, random);
  const key = keyOf(device, random);
  const challenge = await challenged(world, device, ({ sessions }) =>
    sessions.challengeAnyone(ANYONE),
  );
  if (key === undefined || challenge === null) return "nothing to show";
  const isTouched = random.chance(0.25);
  const credential = signedBy(key, challenge.options, isTouched);
  const { owner } = device;
  const asked = {
    what: "passkey",
    user: owner.id,
    proof: `passkey ${challenge.token}`,
    key: key.id,
    signCount: key.signCount,
    isTouched,
  } as const;
  let second: string | null = null;
  const one = () =>
    send(world, asked, async ({ sessions }, from) => {
      const input = { token: challenge.token, credential };
      const signedIn = await sessions.signInByPasskey({ ...ANYONE, from }, input);
      second = secondFactorToken(signedIn) ?? second;
      return withTokens(signedIn);
    });
  const answers = await Promise.all(random.chance(0.5) ? [one(), one()] : [one()]);
  for (const answer of answers) device.keep(world, answer);
  const last = answers.map(shown).join(" and ");
  return second === null ? last : `${last}, ${await device.showSecond(world, second)}`;
}

type Challenging = (
  useCases: UseCases,
) => Promise<
  | { readonly ok: true; readonly value: { readonly token: string; readonly options: object } }
  | { readonly ok: false; readonly error: string }
>;

/** A challenge, or null where none came. */
async function challenged(world: World, { owner }: Device, ask: Challenging) {
  let challenge: { readonly token: string; readonly options: object } | null = null;
  await send(world, { what: "ask for options", user: owner.id }, async (useCases) => {
    const asked = await ask(useCases);
    if (asked.ok) challenge = asked.value;
    return done(asked);
  });
  return challenge as { readonly token: string; readonly options: object } | null;
}

/** Once, or with one answer twice at once. */
async function stepUp(world: World, device: Device, random: Random): Promise<string> {
  const key = keyOf(device, random);
  let challenge: { readonly token: string; readonly options: object } | null = null;
  const { owner } = device;
  const begun = await ask(
    world,
    device,
    () => ({ what: "ask for options", user: owner.id }),
    async ({ sessions }, caller) => {
      const asked = await sessions.challengeStepUp(caller);
      if (asked.ok) challenge = asked.value;
      return done(asked);
    },
  );
  if (key === undefined || challenge === null) return told(begun);
  const { token, options } = challenge as { readonly token: string; readonly options: object };
  const credential = signedBy(key, options, random.chance(0.5));
  const one = () =>
    ask(
      world,
      device,
      () => ({
        what: "step up",
        user: owner.id,
        proof: `passkey ${token}`,
        key: key.id,
        signCount: key.signCount,
      }),
      async ({ sessions }, caller) =>
        done(await sessions.stepUp(caller, { kind: "passkey", token, credential })),
    );
  const answers = await Promise.all(random.chance(0.4) ? [one(), one()] : [one()]);
  return answers.map(told).join(" and ");
}

/** The password, and then a passkey in place of a code. */
async function signInByBoth(world: World, device: Device, random: Random): Promise<string> {
  const { owner } = device;
  const key = keyOf(device, random);
  let flow: string | null = null;
  const input = { email: owner.email, password: passwordOf(owner.password), deviceToken: null };
  const asked = { what: "sign in", user: owner.id, password: owner.password } as const;
  const first = await send(world, asked, async ({ sessions }, from) => {
    const signedIn = await sessions.authenticateUser({ ...ANYONE, from }, input);
    flow = secondFactorToken(signedIn) ?? flow;
    return withTokens(signedIn);
  });
  device.keep(world, first);
  if (flow === null || key === undefined) return shown(first);
  const second: string = flow;
  const challenge = await challenged(world, device, ({ sessions }) =>
    sessions.challengeSecondFactor(ANYONE, second),
  );
  if (challenge === null) return "no challenge";
  const { token } = challenge;
  const credential = signedBy(key, challenge.options, random.chance(0.5));
  const showing = {
    what: "second factor",
    user: owner.id,
    proof: `passkey ${token}`,
    key: key.id,
    signCount: key.signCount,
  } as const;
  const answer = await send(world, showing, async ({ sessions }, from) => {
    const by = { token: second, shown: { kind: "passkey", token, credential } } as const;
    return withTokens(await sessions.signInBySecondFactor({ ...ANYONE, from }, by));
  });
  device.keep(world, answer);
  return shown(answer);
}

async function remove(world: World, device: Device, random: Random): Promise<string> {
  const { owner } = device;
  const ids: FactorId[] = [...owner.keyIds.values()];
  const id = ids[random.below(ids.length)];
  if (id === undefined) return "has none";
  const answer = await ask(
    world,
    device,
    (session) => ({ what: "remove factor", user: owner.id, session }),
    async ({ factors }, caller) =>
      done(await factors.removeOwnFactor(caller, id, passwordOf(owner.password))),
  );
  return told(answer);
}

/** An operator says that every factor is lost, whatever there is. */
async function declareLost(world: World, people: People, random: Random): Promise<string> {
  const { id: user, name } = random.pick(people.users);
  const row = (old: UserRow, now: number): UserRow => ({ ...old, factorsVoidAt: now });
  return `${name}: ${byHand(world, { asked: { what: "reset factors", user }, row })}`;
}

/** People with passkeys, some of which somebody copied. */
export const passkeyOwner: Actor = {
  name: "passkey owner",
  share: 0.35,
  faults: NETWORK_FAULTS,
  acts: {
    "makes a passkey": { weight: 3, run: withDevice(make) },
    "signs in by a passkey": { weight: 4, run: withDevice(signIn) },
    "signs in by password and passkey": { weight: 2, run: withDevice(signInByBoth) },
    "steps up by a passkey": { weight: 2, run: withDevice(stepUp) },
    "removes a passkey": { weight: 1, run: withDevice(remove) },
    "is let in through the database": { weight: 0.5, run: declareLost },
  },
};
