import { describe, expect, it } from "vitest";
import { ROLES_MAX_AGE } from "../../../src/core/constants.ts";
import { roleCatalogue } from "../../../src/core/role-catalogue.ts";
import { Unavailable } from "../../../src/use-cases/ports.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";

const support = { name: "support", description: "", permissions: ["users:read"] };

function catalogueOf() {
  const roles = memoryRoles(memoryDatabase());
  const state = { now: 1_000_000, isDown: false };
  const list = async () => {
    if (state.isDown) throw new Unavailable("d1");
    return roles.list();
  };
  return { roles, state, catalogue: roleCatalogue({ ...roles, list }, () => state.now) };
}

describe("the isolate's copy of the roles", () => {
  it("is empty until it is asked for, and then by name", async () => {
    const { catalogue, roles } = catalogueOf();
    await roles.create(support);
    expect(catalogue.cached()).toBeNull();
    expect((await catalogue.all()).get("support")).toEqual(support);
    expect(catalogue.cached()?.get("support")).toEqual(support);
  });

  it("is taken for granted for a minute, and not a moment longer", async () => {
    const { catalogue, roles, state } = catalogueOf();
    await catalogue.all();
    await roles.create(support);
    state.now += ROLES_MAX_AGE - 1;
    expect((await catalogue.all()).has("support")).toBe(false);
    state.now += 1;
    expect(catalogue.cached()).toBeNull();
    expect((await catalogue.all()).has("support")).toBe(true);
  });

  it("is forgotten when told", async () => {
    const { catalogue, roles } = catalogueOf();
    await catalogue.all();
    await roles.create(support);
    catalogue.forget();
    expect((await catalogue.all()).has("support")).toBe(true);
  });

  it("CFW-15 is not trusted after the clock jumped back", async () => {
    const { catalogue, roles, state } = catalogueOf();
    await catalogue.all();
    await roles.create(support);
    state.now -= 1;
    expect(catalogue.cached()).toBeNull();
    expect((await catalogue.all()).has("support")).toBe(true);
  });

  it("fails closed: with D1 out of reach an old copy is none", async () => {
    const { catalogue, state } = catalogueOf();
    await catalogue.all();
    state.isDown = true;
    expect((await catalogue.all()).has("admin")).toBe(true);
    state.now += ROLES_MAX_AGE;
    await expect(catalogue.all()).rejects.toBeInstanceOf(Unavailable);
    expect(catalogue.cached()).toBeNull();
  });
});
