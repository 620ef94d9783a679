import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { passwordHasher, SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";
import type { Password } from "../../src/domain/credentials/password.ts";
import { userIdOf } from "../../src/domain/ids.ts";
import { startMailServer } from "../support/mail-server.ts";
import { auditTrail } from "./events.ts";
import { newLedger } from "./ledger.ts";
import { newPerson, type Person } from "./people.ts";
import type { Random } from "./random.ts";
import { type Runtime, runtimeIn } from "./runtime.ts";
import { serviceAt } from "./service.ts";
import { signIn } from "./sessions.ts";
import { ROLE, type World } from "./world.ts";

const PASSWORD = "seven quiet herons by the estuary" as Password;

/** A runtime with people in it, each signed in, and what is known of them. */
export type Stage = {
  readonly runtime: Runtime;
  readonly world: World;
  readonly trail: ReturnType<typeof auditTrail>;
  readonly state: string;
};

export type Setting = {
  readonly directory: string;
  /** As `bundle` built it. */
  readonly script: string;
  readonly random: Random;
  readonly people: number;
  /** What would wait a minute to be sent again is due at once. */
  readonly isHurried: boolean;
};

export async function setStage({
  directory,
  script,
  random,
  people,
  isHurried,
}: Setting): Promise<Stage> {
  const state = join(directory, "state");
  mkdirSync(state, { recursive: true });
  const mailServer = await startMailServer();
  const runtime = runtimeIn(directory, { script, state, vars: varsWith(mailServer, isHurried) });
  const admin = newPerson(newId(), "ops@example.com", PASSWORD);
  const others = Array.from({ length: people }, (_, index) =>
    newPerson(newId(), `person-${index}@example.com`, PASSWORD),
  );
  const ledger = newLedger();
  const service = serviceAt(runtime.origin, ledger, randomBytes(4).toString("hex"));
  const world: World = {
    service,
    ledger,
    mailServer,
    random,
    admin,
    people: others,
    ended: [],
    roles: new Map(),
    kids: new Set(),
    registered: new Map(),
  };
  await runtime.start(await seedOf(admin, others));
  for (const person of [admin, ...others]) await signIn(world, person, PASSWORD);
  return { runtime, world, trail: auditTrail(world), state };
}

const newId = () => userIdOf(randomBytes(16).toString("base64url"));

const varsWith = (mailServer: string, isHurried: boolean): Record<string, string> => ({
  LONGEST_RETRY: isHurried ? "1" : "43200",
  ISSUER: "http://auth.test",
  AUDIENCE: "http://auth.test",
  PUBLIC_APP_URL: "http://app.test",
  MAIL_FROM: "no-reply@example.com",
  MAIL_TRANSPORT: mailServer,
  MAIL_API_KEY: "re_of_the_tests",
  REGISTRATION: "open",
  REQUIRE_VERIFIED_EMAIL: "false",
  PASSWORD_SCRYPT: "native",
  AUTH_SECRETS: `v1:${randomBytes(32).toString("base64url")}`,
  // A slow restart must not outlast the window, nor a long run the token of an ended session.
  REFRESH_REPLAY_WINDOW: "300",
  ACCESS_TOKEN_TTL: "86400",
});

async function seedOf(admin: Person, others: readonly Person[]): Promise<string[]> {
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const hash = await passwordHasher(SCRYPT_ENGINES.native, random).hash(PASSWORD);
  const accounts = [admin, ...others].flatMap(({ id, email }) => [
    `insert into users (id, email, email_verified, password_hash, created_at, updated_at)
     values ('${id}', '${email}', 1, '${hash}', 1700000000000, 1700000000000)`,
    `insert into user_roles (user_id, role) values ('${id}', 'user')`,
  ]);
  return [
    `insert into roles (name, description) values ('${ROLE}', '')`,
    ...accounts,
    `insert into user_roles (user_id, role) values ('${admin.id}', 'admin')`,
  ];
}
