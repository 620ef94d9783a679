import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grants } from "../../../src/domain/access/permission.ts";
import {
  ADMIN,
  BUILT_IN_CATALOGUE,
  BUILT_IN_ROLES,
  BUILT_IN_ROLES_AT_AAL2,
  byName,
  countingRoles,
  isBuiltIn,
  permissionsOf,
  type Role,
  rolesAfter,
  USER,
} from "../../../src/domain/access/role.ts";
import { permission } from "../../support/arbitraries.ts";

describe("the built-in roles", () => {
  it("say what they are for", () => {
    expect(BUILT_IN_ROLES.map(({ name, description }) => [name, description])).toEqual([
      ["admin", "May do everything."],
      ["user", "Every account. Grants nothing here."],
    ]);
  });

  it("let the admin do everything and a user nothing", () => {
    expect(grants(permissionsOf([ADMIN], BUILT_IN_CATALOGUE), "keys:rotate")).toBe(true);
    expect(permissionsOf([USER], BUILT_IN_CATALOGUE)).toEqual([]);
  });

  it("are known by name, and no member of an object is taken for one", () => {
    expect(isBuiltIn("admin")).toBe(true);
    expect(isBuiltIn("user")).toBe(true);
    expect(isBuiltIn("support")).toBe(false);
    expect(isBuiltIn("__proto__")).toBe(false);
    expect(isBuiltIn("constructor")).toBe(false);
  });
});

describe("what roles amount to", () => {
  const role = (name: string, ...permissions: string[]) =>
    [name, { name, description: "", permissions }] as const;
  const catalogue = new Map([
    role("support", "users:read", "audit:read"),
    role("editor", "users:write", "users:read"),
  ]);

  it("is sorted and without repeats", () => {
    expect(permissionsOf(["support", "editor"], catalogue)).toEqual([
      "audit:read",
      "users:read",
      "users:write",
    ]);
  });

  it("is less in a session with one factor, where a role asks for two, or is not known", () => {
    const [name, support] = role("strict", "users:read");
    const strict = new Map<string, Role>([...catalogue, [name, { ...support, requireAal2: true }]]);
    const held = ["strict", "gone", "editor"];
    expect(countingRoles(held, strict, "aal1")).toEqual(["editor"]);
    expect(countingRoles(held, strict, "aal2")).toEqual(held);
    expect(countingRoles(held, strict, null)).toEqual(held);
  });

  it("is an administrator's all the same with one factor, unless that is configured otherwise", () => {
    const both = ["admin", "user"];
    expect(countingRoles(both, BUILT_IN_CATALOGUE, "aal1")).toEqual(both);
    expect(countingRoles(both, byName(BUILT_IN_ROLES_AT_AAL2), "aal1")).toEqual(["user"]);
    expect(permissionsOf(both, byName(BUILT_IN_ROLES_AT_AAL2))).toEqual(["*"]);
  });

  it("is nothing for a role that is gone", () => {
    expect(permissionsOf(["gone"], catalogue)).toEqual([]);
    expect(permissionsOf(["gone", "support"], catalogue)).toEqual(["audit:read", "users:read"]);
  });

  it("leaves out what a wildcard among them covers", () => {
    const wide = new Map([...catalogue, role("owner", "users:*", "keys:read"), role("admin", "*")]);
    expect(permissionsOf(["support", "editor", "owner"], wide)).toEqual([
      "audit:read",
      "keys:read",
      "users:*",
    ]);
    expect(permissionsOf(["support", "owner", "admin"], wide)).toEqual(["*"]);
  });

  it("grants exactly what one of the roles grants", () => {
    const some = fc.array(permission, { maxLength: 4 });
    fc.assert(
      fc.property(some, some, permission, (one, other, needed) => {
        const both = new Map([role("one", ...one), role("other", ...other)]);
        const all = permissionsOf(["one", "other"], both);
        expect(grants(all, needed)).toBe(grants(one, needed) || grants(other, needed));
      }),
    );
  });
});

describe("the roles that are held after a change", () => {
  it("are one more, sorted, or one less, or as they were", () => {
    const held = ["a", "c"];
    expect(rolesAfter(held, { kind: "assign_role", role: "b" })).toEqual(["a", "b", "c"]);
    expect(rolesAfter(held, { kind: "assign_role", role: "c" })).toEqual(held);
    expect(rolesAfter(held, { kind: "remove_role", role: "a" })).toEqual(["c"]);
    expect(rolesAfter(held, { kind: "remove_role", role: "b" })).toEqual(held);
    expect(rolesAfter(held, { kind: "set_status" })).toEqual(held);
    expect(rolesAfter(held, null)).toEqual(held);
  });
});
