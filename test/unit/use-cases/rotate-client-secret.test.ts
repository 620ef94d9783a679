import { expect, it } from "vitest";
import {
  endClientSecret,
  rotateClientSecret,
} from "../../../src/use-cases/manage-client-secrets.ts";
import { setServiceAccountRole } from "../../../src/use-cases/manage-service-accounts.ts";
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
