import { expect, it } from "vitest";
import type { Person } from "../../../src/domain/access/actor.ts";
import type { Acr } from "../../../src/domain/assurance.ts";
import { setServiceAccountRole } from "../../../src/use-cases/clients/set-service-account-role.ts";
import { codeOf } from "../../support/answers.ts";
import { memoryUsers } from "../../support/fakes/users.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { someEdit, somePerson, someUser } from "../../support/samples.ts";

it("a role that asks for two factors is given and taken by a person who showed them", async () => {
  const service = programService();
  const strict = { name: "strict", description: "", permissions: [], requireAal2: true };
  await service.deps.roles.create(strict, someEdit());
  const user = someUser();
  await memoryUsers(service.db).create(user);
  const person = (acr: Acr): Person => ({
    ...somePerson(user.id),
    proved: { amr: ["pwd"], acr, authTime: 0 },
  });
  const { id } = await service.account(ADMIN_ACTOR);
  for (const wanted of ["assign_role", "remove_role"] as const) {
    const set = async (acr: Acr) =>
      codeOf(await setServiceAccountRole(service.deps, person(acr), id, "strict", wanted));
    expect([await set("aal1"), await set("aal2")]).toEqual(["forbidden", "done"]);
  }
});
