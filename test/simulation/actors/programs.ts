import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import type { Answer } from "../ledger.ts";
import { done, send, shown } from "../network.ts";
import { EDITOR, NOBODY, type People, type Program } from "../people.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, MESSAGE_FAULTS } from "./actor.ts";
import { administer } from "./administrator.ts";

const ACTIVE = ["active", "active", "disabled"] as const;

/** Does something to one of the programs, if there is any. */
async function onOne(
  { programs }: People,
  random: Random,
  work: (program: Program) => Promise<string>,
): Promise<string> {
  const program = programs[random.below(programs.length)];
  return program === undefined ? "there is none" : `${program.id}: ${await work(program)}`;
}

/** Asks for a token with a secret, and uses it at once. */
async function authenticate(world: World, program: Program, random: Random): Promise<string> {
  const held = program.secrets[random.below(program.secrets.length)];
  if (held === undefined) return "has no secret";
  const asked = { what: "use secret", user: NOBODY, program: program.id, secret: held.id } as const;
  const answer = await send(world, asked, async ({ clients }): Promise<Answer> => {
    const known = await clients.authenticateClient({ id: program.id, secret: held.text });
    if (!known.ok) return done(known);
    const issued = await clients.issueClientToken(known.value);
    program.tokens.push(issued.value.accessToken);
    return done(issued);
  });
  return shown(answer);
}

const target = (id: ServiceAccountId) => ({ user: NOBODY, program: id }) as const;

/** Service accounts, whoever administers them, and what they do. */
export const programs: Actor = {
  name: "program",
  share: 0.4,
  faults: MESSAGE_FAULTS,
  acts: {
    "is made": {
      weight: 2,
      async run(world, people) {
        if (people.programs.length > 1) return "there are enough";
        const { ledger } = world;
        const asked = { what: "make program", user: NOBODY } as const;
        return administer(world, people, asked, async ({ clients }, caller) => {
          const input = { name: "a program", roles: [EDITOR] };
          const made = await clients.createServiceAccount(caller, input);
          if (!made.ok) return done(made);
          const { account, secret, secretId } = made.value;
          const secrets = [{ id: secretId, text: secret }];
          people.programs.push({ id: account.id, secrets, tokens: [] });
          ledger.program(account.id).start("active");
          ledger.secret(secretId).start(true);
          return done(made);
        });
      },
    },
    "uses its secret": {
      weight: 5,
      run: (world, people, random) =>
        onOne(people, random, (program) => authenticate(world, program, random)),
    },
    "uses its token": {
      weight: 4,
      run: (world, people, random) =>
        onOne(people, random, async ({ id, tokens }) => {
          const token = tokens.at(-1);
          if (token === undefined) return "has no token";
          const asked = { what: "verify program", ...target(id) } as const;
          const answer = await send(world, asked, async ({ tokens: { verifyToken } }) =>
            done(await verifyToken(token, { maxStaleness: 0 })),
          );
          return shown(answer);
        }),
    },
    "gets another secret": {
      weight: 2,
      run: (world, people, random) =>
        onOne(people, random, (program) => {
          const asked = { what: "rotate secret", ...target(program.id) } as const;
          return administer(world, people, asked, async ({ clients }, caller) => {
            const made = await clients.rotateClientSecret(caller, program.id);
            if (!made.ok) return done(made);
            const { secret, secretId } = made.value;
            program.secrets.push({ id: secretId, text: secret });
            world.ledger.secret(secretId).start(true);
            return done(made);
          });
        }),
    },
    "loses a secret": {
      weight: 1.5,
      run: (world, people, random) =>
        onOne(people, random, async ({ id, secrets }) => {
          const secret = secrets[random.below(secrets.length)]?.id;
          if (secret === undefined) return "has no secret";
          const asked = { what: "end secret", ...target(id), secret } as const;
          return administer(world, people, asked, async ({ clients }, caller) =>
            done(await clients.endClientSecret(caller, id, secret)),
          );
        }),
    },
    "is disabled or enabled": {
      weight: 2,
      run: (world, people, random) =>
        onOne(people, random, async ({ id }) => {
          const status = random.pick(ACTIVE);
          const asked = { what: "set program", ...target(id), status } as const;
          return `${status}: ${await administer(world, people, asked, async ({ clients }, caller) =>
            done(await clients.updateServiceAccount(caller, id, { status })),
          )}`;
        }),
    },
    "is deleted": {
      weight: 0.5,
      run: (world, people, random) =>
        onOne(people, random, ({ id }) => {
          const asked = { what: "set program", ...target(id), status: "deleted" } as const;
          return administer(world, people, asked, async ({ clients }, caller) =>
            done(await clients.deleteServiceAccount(caller, id)),
          );
        }),
    },
  },
};
