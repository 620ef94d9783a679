import { expect, it } from "vitest";
import { endClientSecret } from "../../../src/use-cases/clients/end-client-secret.ts";
import { rotateClientSecret } from "../../../src/use-cases/clients/rotate-client-secret.ts";
import { setServiceAccountRole } from "../../../src/use-cases/clients/set-service-account-role.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { someActor } from "../../support/samples.ts";

const LESSER = someActor("service-accounts:write");

/** A service whose account is raised as soon as it was first looked at. */
async function racing() {
  const service = programService();
  const { id, secret } = await service.account(LESSER);
  let isRaised = false;
  const withSecrets: typeof service.deps.serviceAccounts.withSecrets = async (...args) => {
    const found = await service.deps.serviceAccounts.withSecrets(...args);
    if (!isRaised) {
      await setServiceAccountRole(service.deps, ADMIN_ACTOR, id, "admin", "assign_role");
    }
    isRaised = true;
    return found;
  };
  const serviceAccounts = { ...service.deps.serviceAccounts, withSecrets };
  return { service, id, secret, deps: { ...service.deps, serviceAccounts } };
}

const FORBIDDEN = { ok: false, error: "forbidden" };

it("AUZ-03 a secret of an account that is raised meanwhile is not for whoever has less", async () => {
  const { service, id, deps } = await racing();
  expect(await rotateClientSecret(deps, LESSER, id)).toEqual(FORBIDDEN);
  expect(await service.secrets(id)).toEqual([]);
});

it("AUZ-03 nor do they end one of its secrets", async () => {
  const { id, secret, deps } = await racing();
  expect(await endClientSecret(deps, LESSER, id, secret)).toEqual(FORBIDDEN);
});

it("AUZ-03 a secret says what the program that made it could do then, and of people nothing", async () => {
  const service = programService();
  const { id } = await service.account(ADMIN_ACTOR);
  const program = await service.account(ADMIN_ACTOR, "admin");
  const person = await service.person("*");
  const acting = { roles: ["admin"], permissions: ["*"] };
  await service.rotate({ kind: "service", id: program.id, ...acting }, id);
  await service.rotate(person, id);
  await service.rotate({ ...someActor("*"), kind: "worker" }, id);
  const found = await service.deps.serviceAccounts.withSecrets(id, service.deps.clock());
  expect(found?.secrets.map(({ maker: { name, had } }) => [name, had])).toEqual([
    ["operator:somebody", ["*"]],
    [program.id, ["*"]],
    [person.id, null],
    ["worker:somebody", ["*"]],
  ]);
});

const AT_ONCE = 10;

it("a change that is overtaken is decided again, so that of ten at once each is made", async () => {
  const service = programService();
  const { id } = await service.account(ADMIN_ACTOR);
  const names = Array.from({ length: AT_ONCE }, (_, n) => `role-${n}`);
  for (const name of names) await service.role(name);
  const given = await Promise.all(
    names.map((name) => setServiceAccountRole(service.deps, ADMIN_ACTOR, id, name, "assign_role")),
  );
  expect(given.filter(({ ok }) => ok)).toHaveLength(AT_ONCE);
  expect((await service.deps.serviceAccounts.find(id))?.roles).toEqual(names);
});
