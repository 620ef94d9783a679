import { mailTokenCodec } from "../../../src/core/security/mail-token.ts";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import type { Mail } from "../../../src/use-cases/accounts/mail.ts";
import { passwordOf } from "../../support/memory-service.ts";
import { emailOf } from "../../support/samples.ts";
import { asPerson, type Device } from "../device.ts";
import type { Answer, Asked } from "../ledger.ts";
import { done, OK, send, shown, withTokens } from "../network.ts";
import { NOBODY, type People, type Person } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, MESSAGE_FAULTS } from "./actor.ts";

const someone = ({ users, newcomers }: People, random: Random): Person =>
  random.pick([...users, ...newcomers]);

const idOf = ({ db }: World, email: string) =>
  [...db.users.values()].find(({ user }) => user.email === email)?.user.id ?? NOBODY;

/** What a link of a mail holds, and how its account stands by now. */
function tokenOf({ config, db }: World, { link }: Mail) {
  const text = link?.split("#token=")[1] ?? "";
  const token = mailTokenCodec(config.secrets).parse(text);
  if (token === null) return null;
  const version = db.users.get(token.userId)?.user.version ?? Infinity;
  return { ...token, text, isOld: version > token.accountVersion };
}

type Token = NonNullable<ReturnType<typeof tokenOf>>;

const redeemed = (
  token: Token,
  kind: "reset" | "verify" | "change_email",
  password: string | null,
) =>
  ({
    what: "redeem",
    user: token.userId,
    kind,
    token: token.text,
    isOld: token.isOld,
    password,
  }) as const satisfies Asked;

/** Follows a link. Somebody's password is the one they would give. */
async function follow(world: World, token: Token, person: Person, random: Random) {
  const { purpose, text } = token;
  if (purpose === "reset" || purpose === "invite") {
    const password = `reset ${random.below(1e6)} of ${person.name}`;
    return reset(world, token, person, password);
  }
  const given = random.chance(0.5) || purpose === "change_email" ? person.password : null;
  const asked = redeemed(token, purpose, given);
  const input = { token: text, password: given === null ? null : passwordOf(given) };
  let next: string | null = null;
  const answer = await send(world, asked, async ({ accountFlows }, from): Promise<Answer> => {
    const verified = await accountFlows.verifyEmail({ ...ANYONE, from }, input);
    if (verified.ok) next = verified.value.resetToken;
    return done(verified);
  });
  if (answer !== "lost" && answer.kind === "ok" && token.newEmail !== null) {
    person.email = token.newEmail;
  }
  return next === null || answer === "lost" ? shown(answer) : `${shown(answer)}, to be reset`;
}

async function reset(world: World, token: Token, person: Person, password: string) {
  const input = { token: token.text, password: passwordOf(password) };
  const answer = await send(world, redeemed(token, "reset", password), async (useCases, from) =>
    done(await useCases.accountFlows.resetPassword({ ...ANYONE, from }, input)),
  );
  if (answer !== "lost" && answer.kind === "ok") person.password = password;
  return shown(answer);
}

async function ask(
  world: World,
  { email }: Person,
  purpose: "reset_password" | "verify_email",
): Promise<string> {
  const asked = { what: "ask for mail", user: idOf(world, email) } as const;
  const answer = await send(world, asked, async ({ accountFlows }, from) =>
    done(await accountFlows.requestMail({ ...ANYONE, from }, email, purpose)),
  );
  return shown(answer);
}

async function register(world: World, { email }: Person, password: string): Promise<string> {
  const asked = { what: "ask for mail", user: NOBODY } as const;
  const input = { email, password: passwordOf(password), name: null };
  const answer = await send(world, asked, async ({ accounts }, from) =>
    done(await accounts.registerUser({ ...ANYONE, from }, input)),
  );
  return shown(answer);
}

async function changeEmail(world: World, device: Device, random: Random): Promise<string> {
  const { owner } = device;
  const token = await device.access(world);
  if (token === null) return "cannot sign in";
  const email = emailOf(`${owner.name}.${random.below(100)}@example.com`);
  const input = { email, password: passwordOf(owner.password) };
  const asked = { what: "ask for mail", user: owner.id } as const;
  const answer = await send(world, asked, ({ accountFlows, tokens }, from) =>
    asPerson({ tokens }, from, token, async (caller) =>
      done(await accountFlows.requestEmailChange(caller, input)),
    ),
  );
  return `${email}: ${shown(answer)}`;
}

/** Follows one of the links that were mailed, sometimes twice at once. */
async function followSome(world: World, people: People, random: Random): Promise<string> {
  const links = world.mailbox.delivered.filter(({ mail }) => mail.link !== null);
  const from = random.chance(0.8) ? links.slice(-3) : links;
  const mail = from[random.below(from.length)]?.mail;
  const token = mail === undefined ? null : tokenOf(world, mail);
  if (mail === undefined || token === null) return "there is none";
  const everybody = [...people.users, ...people.newcomers];
  const person = everybody.find(({ id, email }) => id === token.userId || email === mail.to);
  if (person === undefined) return "it is nobody's";
  const follows = [follow(world, token, person, random)];
  if (random.chance(0.3)) follows.push(follow(world, token, person, random));
  return `${person.name}, ${mail.purpose}: ${(await Promise.all(follows)).join(" / ")}`;
}

async function startCode(world: World, { flows }: People, email: Person["email"]): Promise<string> {
  const asked = { what: "ask for mail", user: idOf(world, email) } as const;
  const answer = await send(world, asked, async ({ accountFlows }, from) => {
    const flow = await accountFlows.requestSignInCode({ ...ANYONE, from }, email);
    flows.push({ email, text: flow.value });
    return OK;
  });
  return shown(answer);
}

/** One of the last flows, with one of the last codes or with a guess. */
async function enterCode(world: World, { flows }: People, random: Random): Promise<string> {
  const flow = flows.at(-1 - random.below(2));
  if (flow === undefined) return "asked for none";
  const codes = world.mailbox.delivered.filter(({ mail }) => mail.code !== null);
  const sent = codes.at(-1 - random.below(2))?.mail.code ?? "00000000";
  const code = random.chance(0.2) ? "12345678" : sent;
  const user = idOf(world, flow.email);
  const asked = { what: "finish code", user, flow: flow.text } as const;
  const answer = await send(world, asked, async ({ sessions }, from) =>
    withTokens(await sessions.signInByCode({ ...ANYONE, from }, { flow: flow.text, code })),
  );
  return shown(answer);
}

/** Milliseconds that a mail is waited for, at most. */
const LONGEST_WAIT = 20_000;

/** Who asks for mail, reads it, and follows its links: owners, and others who type their addresses. */
export const mailReader: Actor = {
  name: "mail reader",
  share: 0.5,
  faults: MESSAGE_FAULTS,
  acts: {
    registers: {
      weight: 2,
      async run(world, { newcomers }, random) {
        const person = random.pick(newcomers);
        const isOwner = random.chance(0.6);
        const password = isOwner ? person.password : `squatter of ${person.name}`;
        return `${person.name}: ${await register(world, person, password)}`;
      },
    },
    "asks for mail": {
      weight: 3,
      async run(world, people, random) {
        const person = someone(people, random);
        const purpose = random.pick(["reset_password", "reset_password", "verify_email"] as const);
        const count = random.chance(0.1) ? 8 : 1;
        const asks = Array.from({ length: count }, () => ask(world, person, purpose));
        return `${person.name}, ${purpose}: ${(await Promise.all(asks)).join(", ")}`;
      },
    },
    "asks for another address": {
      weight: 1.5,
      async run(world, { users }, random) {
        const device = random.pick(random.pick(users).devices);
        return `${device.name}: ${await changeEmail(world, device, random)}`;
      },
    },
    "follows a link": {
      weight: 5,
      run: (world, people, random) => followSome(world, people, random),
    },
    "forgot a password": {
      weight: 2,
      async run(world, people, random) {
        const person = someone(people, random);
        const asked = await ask(world, person, "reset_password");
        await world.scheduler.after(2_000 + random.below(LONGEST_WAIT));
        return `${asked}, ${await followSome(world, people, random)}`;
      },
    },
    "signs in by a code": {
      weight: 2.5,
      async run(world, people, random) {
        const { email, name } = random.pick(people.users);
        const asked = await startCode(world, people, email);
        await world.scheduler.after(2_000 + random.below(LONGEST_WAIT));
        const entered = random.chance(0.3)
          ? [enterCode(world, people, random), enterCode(world, people, random)]
          : [enterCode(world, people, random)];
        return `${name}: ${asked}, ${(await Promise.all(entered)).join(" / ")}`;
      },
    },
    "enters a code": {
      weight: 1,
      run: (world, people, random) => enterCode(world, people, random),
    },
    "squats on an address": {
      weight: 1,
      async run(world, { newcomers }, random) {
        const { email, name } = random.pick(newcomers);
        const user = idOf(world, email);
        if (user === NOBODY) return "nobody registered it";
        const password = `squatter of ${name}`;
        const input = { email, password: passwordOf(password), deviceToken: null };
        const asked = { what: "sign in", user, password } as const;
        const answer = await send(world, asked, async ({ sessions }, from) =>
          withTokens(await sessions.authenticateUser({ ...ANYONE, from }, input)),
        );
        return `${name}: ${shown(answer)}`;
      },
    },
  },
};
