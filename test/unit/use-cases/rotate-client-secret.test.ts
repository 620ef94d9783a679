import { expect, it } from "vitest";
import { clientSecretCodec } from "../../../src/core/security/client-secret.ts";
import { serviceAccountIdOf } from "../../../src/domain/ids.ts";
import {
  createServiceAccount,
  rotateClientSecret,
} from "../../../src/use-cases/manage-service-accounts.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../../support/fakes/service-accounts.ts";
import { someActor } from "../../support/samples.ts";

const LESSER = someActor("service-accounts:write");

function service() {
  const db = memoryDatabase();
  let serial = 0;
  return {
    serviceAccounts: memoryServiceAccounts(db),
    roles: memoryRoles(db),
    clientSecrets: clientSecretCodec((length) => crypto.getRandomValues(new Uint8Array(length))),
    clock: () => 0,
    newServiceAccountId: () => serviceAccountIdOf("A".repeat(22)),
    newSecretId: () => `secret-${++serial}`,
    clientSecretOverlap: 1_000,
  };
}

it("AUZ-03 a secret of an account that is raised meanwhile is not for whoever has less", async () => {
  const deps = service();
  const made = await createServiceAccount(deps, LESSER, { name: "nightly report", roles: [] });
  if (!made.ok) throw new Error(made.error);
  const { id } = made.value.account;
  const before = await deps.serviceAccounts.secretHashes(id, 0);

  let raised = false;
  const named = async (names: readonly string[]) => {
    const roles = await deps.roles.named(names);
    if (!raised) await deps.serviceAccounts.setRole(id, "admin", "assign_role", 0);
    raised = true;
    return roles;
  };
  const racing = { ...deps, roles: { ...deps.roles, named } };
  expect(await rotateClientSecret(racing, LESSER, id)).toEqual({ ok: false, error: "forbidden" });
  expect(await deps.serviceAccounts.secretHashes(id, 0)).toEqual(before);
});
