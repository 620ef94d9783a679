import { beforeEach, describe, expect, it } from "vitest";
import { BUILT_IN_ROLES, type Role } from "../../src/domain/role.ts";
import type { Roles, Users } from "../../src/use-cases/ports.ts";
import { someUser } from "../support/samples.ts";

type Harness = { readonly roles: Roles; readonly users: Users };

const EDITOR: Role = {
  name: "editor",
  description: "Edits.",
  permissions: ["pages:read", "pages:write"],
};

/** @param make gives a store without users and with the built-in roles alone */
export function rolesContract(make: () => Promise<Harness>): void {
  let roles: Roles;
  let users: Users;
  beforeEach(async () => {
    ({ roles, users } = await make());
  });

  const editable = async () => (await roles.list()).slice(BUILT_IN_ROLES.length);

  describe("Roles", () => {
    it("lists the built-in roles first, then the others by name", async () => {
      await roles.create({ ...EDITOR, name: "writer" });
      await roles.create(EDITOR);
      const [admin, user, ...others] = await roles.list();
      expect([admin, user]).toEqual(BUILT_IN_ROLES);
      expect(others.map((role) => role.name)).toEqual(["editor", "writer"]);
    });

    it("reads the roles that are named, built-in ones among them, and no other", async () => {
      await roles.create(EDITOR);
      await roles.create({ ...EDITOR, name: "writer", permissions: [] });
      const [admin, user] = BUILT_IN_ROLES;
      expect(await roles.named(["user", "editor", "no-such-role", "editor"])).toEqual(
        new Map([
          ["user", user],
          ["editor", EDITOR],
        ]),
      );
      expect(await roles.named(["admin"])).toEqual(new Map([["admin", admin]]));
      expect(await roles.named([])).toEqual(new Map());
      const many = Array.from({ length: 200 }, (_, n) => `nobody-${n}`);
      expect([...(await roles.named([...many, "writer"])).keys()]).toEqual(["writer"]);
    });

    it("keeps a role as it was made, its permissions sorted", async () => {
      await roles.create({ ...EDITOR, permissions: ["pages:write", "pages:read"] });
      await roles.create({ name: "empty", description: "", permissions: [] });
      const empty = { name: "empty", description: "", permissions: [] };
      expect(await editable()).toEqual([EDITOR, empty]);
    });

    it("refuses a name that is taken, and leaves its role alone", async () => {
      await roles.create(EDITOR);
      const other = { ...EDITOR, description: "Everything.", permissions: ["*"] };
      expect(await roles.create(other)).toBe("role_exists");
      expect(await roles.create({ ...other, name: "user" })).toBe("role_exists");
      expect(await roles.list()).toEqual([...BUILT_IN_ROLES, EDITOR]);
    });

    it("makes one whole role of five at once", async () => {
      const variants = [1, 2, 3, 4, 5].map((n) => ({
        ...EDITOR,
        description: `Variant ${n}`,
        permissions: [`variant:v${n}`],
      }));
      const outcomes = await Promise.all(variants.map((role) => roles.create(role)));
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
      expect(await editable()).toEqual([variants[outcomes.indexOf("created")]]);
    });

    it("changes what is named and keeps the rest", async () => {
      await roles.create(EDITOR);
      const described = { ...EDITOR, description: "Edits pages." };
      expect(await roles.update("editor", { description: "Edits pages." })).toEqual(described);
      const permissions = ["pages:read", "pictures:*"];
      const extended = { ...described, permissions };
      expect(await roles.update("editor", { permissions })).toEqual(extended);
      expect(await roles.update("editor", { permissions: [], description: "" })).toEqual({
        name: "editor",
        description: "",
        permissions: [],
      });
      expect(await editable()).toEqual([{ name: "editor", description: "", permissions: [] }]);
    });

    it("changes nothing of a role that is not there", async () => {
      expect(await roles.update("editor", { permissions: ["*"], description: "?" })).toBeNull();
      expect(await editable()).toEqual([]);
      await roles.create({ ...EDITOR, permissions: [] });
      expect(await editable()).toEqual([{ ...EDITOR, permissions: [] }]);
    });

    it("removes a role once nobody holds it", async () => {
      await roles.create(EDITOR);
      await users.create(someUser({ roles: ["editor", "user"] }));
      expect(await roles.remove("editor")).toBe("role_in_use");
      expect(await editable()).toEqual([EDITOR]);
      await roles.create({ ...EDITOR, name: "writer" });
      expect(await roles.remove("writer")).toBe("removed");
      expect(await roles.remove("writer")).toBe("not_found");
      expect(await editable()).toEqual([EDITOR]);
    });
  });
}
