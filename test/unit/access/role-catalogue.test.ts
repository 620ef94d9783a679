import { describe, expect, it } from "vitest";
import { ROLES_MAX_AGE } from "../../../src/core/config/constants.ts";
import {
  MAX_REMEMBERED_ROLES,
  MAX_ROLES_AT_HAND,
  roleCatalogue,
} from "../../../src/core/memory/role-catalogue.ts";
import { BUILT_IN_CATALOGUE } from "../../../src/domain/access/role.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { memoryDatabase } from "../../support/fakes/memory-database.ts";
import { memoryRoles } from "../../support/fakes/roles.ts";

import { someEdit } from "../../support/samples.ts";

const support = { name: "support", description: "", permissions: ["users:read"] };
const editor = { name: "editor", description: "", permissions: ["pages:write"] };

function catalogueOf() {
  const roles = memoryRoles(memoryDatabase());
  const state = { now: 1_000_000, isDown: false };
  const asked: (readonly string[])[] = [];
  const named = async (names: readonly string[]) => {
    asked.push(names);
    if (state.isDown) throw new Unavailable("d1");
    return roles.named(names);
  };
  const catalogue = roleCatalogue({ ...roles, named }, () => state.now);
  const has = async (name: string) => (await catalogue.named([name])).has(name);
  return { roles, state, asked, catalogue, has };
}

describe("the isolate's copies of the roles", () => {
  it("are the built-in ones until others are asked for", async () => {
    const { catalogue, roles, asked } = catalogueOf();
    await roles.create(support, someEdit());
    expect(catalogue.atHand()).toEqual(BUILT_IN_CATALOGUE);
    expect(await catalogue.named(["admin", "user"])).toEqual(BUILT_IN_CATALOGUE);
    expect(asked).toEqual([]);
    expect((await catalogue.named(["support"])).get("support")).toEqual(support);
    expect(catalogue.atHand().get("support")).toEqual(support);
  });

  it("are read by name, all that are missing at once and no other", async () => {
    const { catalogue, roles, asked } = catalogueOf();
    await roles.create(support, someEdit());
    await roles.create(editor, someEdit());
    await catalogue.named(["support"]);
    const found = await catalogue.named(["user", "support", "editor", "gone"]);
    expect([...found.keys()]).toEqual(["user", "support", "editor"]);
    expect(asked).toEqual([["support"], ["editor", "gone"]]);
  });

  it("are kept of names that no role bears, too", async () => {
    const { catalogue, has, asked } = catalogueOf();
    expect([await has("gone"), await has("gone")]).toEqual([false, false]);
    expect(asked).toEqual([["gone"]]);
    expect(catalogue.atHand().get("gone")).toBeNull();
  });

  it("are taken for granted for a minute, each for itself, and not a moment longer", async () => {
    const { catalogue, roles, state, has } = catalogueOf();
    expect(await has("support")).toBe(false);
    await roles.create(support, someEdit());
    await roles.create(editor, someEdit());
    state.now += ROLES_MAX_AGE - 1;
    expect([await has("support"), await has("editor")]).toEqual([false, true]);
    state.now += 1;
    expect([...catalogue.atHand().keys()]).toEqual(["admin", "user", "editor"]);
    expect(await has("support")).toBe(true);
  });

  it("are bounded in number: the one read first is the first to go", async () => {
    const { catalogue, asked } = catalogueOf();
    const names = Array.from({ length: MAX_REMEMBERED_ROLES + 1 }, (_, n) => `role-${n}`);
    await catalogue.named(names);
    await catalogue.named(names.slice(1));
    await catalogue.named(names.slice(0, 1));
    expect(asked).toEqual([names, ["role-0"]]);
  });

  it("that are at hand are few, the built-in ones among them", async () => {
    const { catalogue } = catalogueOf();
    await catalogue.named(Array.from({ length: MAX_ROLES_AT_HAND }, (_, n) => `role-${n}`));
    const atHand = catalogue.atHand();
    expect(atHand.size).toBe(MAX_ROLES_AT_HAND);
    for (const name of BUILT_IN_CATALOGUE.keys()) expect(atHand.has(name)).toBe(true);
  });

  it("are forgotten when told, and so is what was being read meanwhile", async () => {
    const { catalogue, roles, has } = catalogueOf();
    await has("support");
    await roles.create(support, someEdit());
    catalogue.forget();
    expect(await has("support")).toBe(true);

    const reading = catalogue.named(["editor"]);
    catalogue.forget();
    expect((await reading).has("editor")).toBe(false);
    expect(catalogue.atHand().has("editor")).toBe(false);
  });

  it("CFW-15 are not trusted after the clock jumped back", async () => {
    const { roles, state, has } = catalogueOf();
    await has("support");
    await roles.create(support, someEdit());
    state.now -= 1;
    expect(await has("support")).toBe(true);
  });

  it("fail closed: with D1 out of reach an old copy is none", async () => {
    const { catalogue, roles, state, has } = catalogueOf();
    await roles.create(support, someEdit());
    await has("support");
    state.isDown = true;
    expect(await has("support")).toBe(true);
    state.now += ROLES_MAX_AGE;
    await expect(has("support")).rejects.toBeInstanceOf(Unavailable);
    expect(await has("admin")).toBe(true);
    expect(catalogue.atHand().has("support")).toBe(false);
  });
});
