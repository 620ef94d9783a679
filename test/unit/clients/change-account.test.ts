import { describe, expect, it } from "vitest";
import { updateRole } from "../../../src/use-cases/access/update-role.ts";
import { deleteServiceAccount } from "../../../src/use-cases/clients/delete-service-account.ts";
import { endClientSecret } from "../../../src/use-cases/clients/end-client-secret.ts";
import { updateServiceAccount } from "../../../src/use-cases/clients/update-service-account.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { someActor, someId } from "../../support/samples.ts";

const WRITER = someActor("service-accounts:write");

describe("AUZ-03 deleting a program", () => {
  it("is for those who may do what it may do; whoever may do everything need not look", async () => {
    const service = programService();
    await service.role("reader", "reports:read");
    const { id } = await service.account(ADMIN_ACTOR, "reader");
    let looks = 0;
    const withSecrets: typeof service.deps.serviceAccounts.withSecrets = (...args) => {
      looks += 1;
      return service.deps.serviceAccounts.withSecrets(...args);
    };
    const deps = {
      ...service.deps,
      serviceAccounts: { ...service.deps.serviceAccounts, withSecrets },
    };
    expect(codeOf(await deleteServiceAccount(deps, WRITER, id))).toBe("forbidden");
    expect(looks).toBe(1);
    expect(codeOf(await deleteServiceAccount(deps, ADMIN_ACTOR, id))).toBe("done");
    expect(looks).toBe(1);
    expect(codeOf(await deleteServiceAccount(deps, ADMIN_ACTOR, id))).toBe("not_found");
  });
});

describe("ending a secret", () => {
  it("ends that one, and is not found where the account has none of that id", async () => {
    const service = programService();
    const { id, secret } = await service.account(ADMIN_ACTOR);
    const next = await service.rotate(ADMIN_ACTOR, id);
    const other = await service.account(ADMIN_ACTOR);
    const end = async (secretId: string) =>
      codeOf(await endClientSecret(service.deps, ADMIN_ACTOR, id, secretId));
    expect(await end(someId())).toBe("not_found");
    expect(await end(other.secret)).toBe("not_found");
    expect(await service.secrets(id)).toEqual([secret, next]);
    expect(await end(secret)).toBe("done");
    expect(await service.secrets(id)).toEqual([next]);
    expect(await end(secret)).toBe("not_found");
  });
});

describe("AUZ-03 enabling a program", () => {
  /** A program whose secret somebody made who may no longer grant what it may do. */
  async function program() {
    const service = programService();
    await service.role("reader", "reports:read");
    const maker = await service.person("reports:read", "roles:assign", "service-accounts:write");
    const { id, secret } = await service.account(maker, "reader");
    const [own = ""] = maker.roles;
    unwrapped(await updateRole(service.deps, ADMIN_ACTOR, own, { permissions: [] }));
    const update = async (change: Parameters<typeof updateServiceAccount>[3]) =>
      unwrapped(await updateServiceAccount(service.deps, ADMIN_ACTOR, id, change)).ended;
    return { service, id, secret, update };
  }

  it("ends the secrets whose makers may not grant as much", async () => {
    const { service, id, secret, update } = await program();
    expect(await update({ status: "disabled" })).toEqual([]);
    expect(await update({ status: "active" })).toEqual([secret]);
    expect(await service.secrets(id)).toEqual([]);
  });

  it("is nothing that another change does: of its name, or of what it is already", async () => {
    const { service, id, secret, update } = await program();
    expect(await update({ status: "active" })).toEqual([]);
    expect(await update({ name: "renamed" })).toEqual([]);
    expect(await update({ status: "disabled" })).toEqual([]);
    expect(await update({ name: "again" })).toEqual([]);
    expect(await update({ status: "disabled" })).toEqual([]);
    expect(await service.secrets(id)).toEqual([secret]);
  });
});
