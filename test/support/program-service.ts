import { roleCatalogue } from "../../src/core/memory/role-catalogue.ts";
import { clientSecretCodec } from "../../src/core/security/client-secret.ts";
import type { Actor } from "../../src/domain/access/actor.ts";
import { type ServiceAccountId, serviceAccountIdOf } from "../../src/domain/ids.ts";
import { createServiceAccount } from "../../src/use-cases/clients/create-service-account.ts";
import { rotateClientSecret } from "../../src/use-cases/clients/rotate-client-secret.ts";
import { tellingHolders } from "../../src/use-cases/clients/tell-programs.ts";
import { memoryAccountRecord } from "./fakes/account-record.ts";
import { memoryActors } from "./fakes/actors.ts";
import { memoryDatabase } from "./fakes/memory-database.ts";
import { memoryProgramFeed } from "./fakes/program-feed.ts";
import { memoryProgramRecord, memoryPrograms } from "./fakes/programs.ts";
import { memoryRoles } from "./fakes/roles.ts";
import { memoryServiceAccounts } from "./fakes/service-accounts.ts";
import { memoryUsers } from "./fakes/users.ts";
import { secretsMaker } from "./memory-service.ts";
import type { PortFaults } from "./port-faults.ts";
import { DAY, someActor, someEdit, someId, someUser } from "./samples.ts";

export const ADMIN_ACTOR = someActor("*");

/** Administration of programs, with every store in memory. */
export function programService() {
  const db = memoryDatabase();
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock = () => time.now;
  const roles = memoryRoles(db);
  const users = memoryUsers(db);
  const programRecord = memoryProgramRecord(db);
  const programs = memoryPrograms({ record: programRecord, clock, maxAge: DAY });
  const programFeed = memoryProgramFeed(db);
  const programNotCaughtUp = () => undefined;
  const tellDeps = { programs, programFeed, programNotCaughtUp, clock };
  const deps = {
    ...tellDeps,
    programRecord,
    thenTellHolders: tellingHolders(tellDeps),
    actors: memoryActors(db),
    serviceAccounts: memoryServiceAccounts(db),
    roles,
    catalogue: roleCatalogue(roles, clock),
    clientSecrets: clientSecretCodec(secretsMaker()(1), (length) =>
      crypto.getRandomValues(new Uint8Array(length)),
    ),
    newServiceAccountId: () => serviceAccountIdOf(someId()),
    newSecretId: someId,
    newChangeId: someId,
    clientSecretOverlap: 24 * 60 * 60 * 1_000,
  };

  /** The same stores seen through faults. */
  const through = (faults: PortFaults): typeof deps => ({
    ...deps,
    actors: faults.wrap(deps.actors),
    serviceAccounts: faults.wrap(deps.serviceAccounts),
    roles: faults.wrap(roles),
  });

  const role = (name: string, ...permissions: string[]) =>
    roles.create({ name, description: "", permissions }, someEdit());

  /** A person with a row, who holds a role of their own with these permissions. */
  const person = async (...permissions: string[]): Promise<Actor> => {
    const name = `own-${someId()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "x")}`;
    await role(name, ...permissions);
    const user = someUser({ roles: [name] });
    await users.create(user);
    return { kind: "user", id: user.id, roles: [name], permissions };
  };

  const account = async (actor: Actor, ...names: string[]) => {
    const made = await createServiceAccount(deps, actor, { name: "nightly", roles: names });
    if (!made.ok) throw new Error(`the account was ${made.error}`);
    return { id: made.value.account.id, secret: made.value.secretId };
  };

  const rotate = async (actor: Actor, id: ServiceAccountId): Promise<string> => {
    const made = await rotateClientSecret(deps, actor, id);
    if (!made.ok) throw new Error(`the secret was ${made.error}`);
    return made.value.secretId;
  };

  const secrets = async (id: ServiceAccountId): Promise<string[]> => {
    const found = await deps.serviceAccounts.withSecrets(id, time.now);
    return (found?.secrets ?? []).map((secret) => secret.id);
  };

  const disableUser = (id: string) => {
    const [found] = [...db.users.values()].filter(({ user }) => user.id === id);
    if (found === undefined) throw new Error("no such user");
    const change = { kind: "set_status", status: "disabled" } as const;
    const { id: userId, version } = found.user;
    return memoryAccountRecord(db).apply(userId, change, someId(), version, time.now, false);
  };

  return { deps, db, through, role, person, account, rotate, secrets, disableUser };
}
