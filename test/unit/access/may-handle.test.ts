import { describe, expect, it } from "vitest";
import type { Person } from "../../../src/domain/access/actor.ts";
import type { Acr } from "../../../src/domain/assurance.ts";
import { mayHandle, mayMakeWith } from "../../../src/use-cases/access/may-grant.ts";
import { refusedBy } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { someActor, someEdit, somePerson, someUserId } from "../../support/samples.ts";

const LAX = { name: "lax", description: "", permissions: [] };
const STRICT = { name: "strict", description: "", permissions: [], requireAal2: true };

const person = (acr: Acr, ...permissions: string[]): Person => ({
  ...somePerson(someUserId()),
  permissions,
  permissionsAtAal2: permissions,
  proved: { amr: ["pwd"], acr, authTime: 0 },
});

describe("a role that asks for two factors", () => {
  it("is handled by a person who showed them, or may do everything, and by no other person", () => {
    expect(mayHandle(person("aal1", "roles:*"), STRICT)).toBe(false);
    expect(mayHandle(person("aal2", "roles:*"), STRICT)).toBe(true);
    expect(mayHandle(person("aal1", "*"), STRICT)).toBe(true);
    expect(mayHandle(someActor("roles:*"), STRICT)).toBe(true);
  });

  it("is the only one that is asked about", () => {
    expect(mayHandle(person("aal1"), LAX)).toBe(true);
    expect(mayHandle(person("aal1"), { ...LAX, requireAal2: false })).toBe(true);
    expect(mayHandle(person("aal1"), undefined)).toBe(true);
  });

  it("is given to nothing new at one factor, whatever else is given beside it", async () => {
    const { roles } = memoryService().deps;
    for (const role of [LAX, STRICT]) await roles.create(role, someEdit());
    const make = (acr: Acr, names: string[]) =>
      mayMakeWith(roles, person(acr, "roles:assign"), names);
    expect(await make("aal1", ["lax", "strict"])).toEqual(refusedBy("forbidden"));
    expect(await make("aal2", ["lax", "strict"])).toMatchObject({ ok: true });
    const allowed = await make("aal1", ["lax"]);
    expect(allowed.ok && [...allowed.value.keys()]).toEqual(["lax"]);
  });
});
