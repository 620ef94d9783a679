import { beforeEach, describe, expect, it } from "vitest";
import { BUILT_IN_ROLES, type Role } from "../../src/domain/access/role.ts";
import { MAX_ROLES } from "../../src/domain/limits.ts";
import type { Roles } from "../../src/use-cases/access/ports.ts";
import type { Users } from "../../src/use-cases/accounts/ports.ts";
import type { ServiceAccounts } from "../../src/use-cases/clients/ports.ts";
import { someEdit, someUser } from "../support/samples.ts";
import { someAccount } from "../support/service-account-samples.ts";

type Harness = {
  readonly roles: Roles;
  readonly users: Users;
  readonly serviceAccounts: ServiceAccounts;
};

const NOW = Date.UTC(2026, 0, 1);
/** An edit of a role as it was looked at, which raises no service account. */
const editOf = (role: Role) => ({ ...someEdit(), now: NOW, role, raise: null });

const EDITOR: Role = {
  name: "editor",
  description: "Edits.",
  permissions: ["pages:read", "pages:write"],
};

/** @param make gives a store without users and with the built-in roles alone */
export function rolesContract(make: () => Promise<Harness>): void {
  let roles: Roles;
  let users: Users;
  let serviceAccounts: ServiceAccounts;
  beforeEach(async () => {
    ({ roles, users, serviceAccounts } = await make());
  });

  const editable = async () => (await roles.list()).slice(BUILT_IN_ROLES.length);

  describe("Roles", () => {
    it("lists the built-in roles first, then the others by name", async () => {
      await roles.create({ ...EDITOR, name: "writer" }, someEdit());
      await roles.create(EDITOR, someEdit());
      const [admin, user, ...others] = await roles.list();
      expect([admin, user]).toEqual(BUILT_IN_ROLES);
      expect(others.map((role) => role.name)).toEqual(["editor", "writer"]);
    });

    it("reads the roles that are named, built-in ones among them, and no other", async () => {
      await roles.create(EDITOR, someEdit());
      await roles.create({ ...EDITOR, name: "writer", permissions: [] }, someEdit());
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
      await roles.create({ ...EDITOR, permissions: ["pages:write", "pages:read"] }, someEdit());
      await roles.create({ name: "empty", description: "", permissions: [] }, someEdit());
      const empty = { name: "empty", description: "", permissions: [] };
      expect(await editable()).toEqual([EDITOR, empty]);
    });

    it("keeps whether a second factor is asked for, until an edit says otherwise", async () => {
      const strict = { ...EDITOR, requireAal2: true };
      await roles.create(strict, someEdit());
      expect(await editable()).toEqual([strict]);
      const described = { ...strict, description: "Edits." };
      expect(await roles.update("editor", { description: "Edits." }, editOf(strict))).toEqual(
        described,
      );
      const lax = { ...EDITOR, description: "Edits." };
      expect(await roles.update("editor", { requireAal2: false }, editOf(described))).toEqual(lax);
      expect(await roles.update("editor", { requireAal2: true }, editOf(lax))).toEqual(described);
      expect(await editable()).toEqual([described]);
    });

    it("takes a role that asks for a second factor for another one than that which was looked at", async () => {
      const strict = { ...EDITOR, requireAal2: true };
      await roles.create(strict, someEdit());
      expect(await roles.update("editor", { description: "?" }, editOf(EDITOR))).toBe("moved");
      expect(await roles.remove(EDITOR, someEdit())).toBe("moved");
      expect(await editable()).toEqual([strict]);
      await roles.update("editor", { requireAal2: false }, editOf(strict));
      expect(await roles.remove(strict, someEdit())).toBe("moved");
      expect(await editable()).toEqual([EDITOR]);
    });

    it("refuses a name that is taken, and leaves its role alone", async () => {
      await roles.create(EDITOR, someEdit());
      const other = { ...EDITOR, description: "Everything.", permissions: ["*"] };
      expect(await roles.create(other, someEdit())).toBe("role_exists");
      expect(await roles.create({ ...other, name: "user" }, someEdit())).toBe("role_exists");
      expect(await roles.list()).toEqual([...BUILT_IN_ROLES, EDITOR]);
    });

    it("makes one whole role of five at once", async () => {
      const variants = [1, 2, 3, 4, 5].map((n) => ({
        ...EDITOR,
        description: `Variant ${n}`,
        permissions: [`variant:v${n}`],
      }));
      const outcomes = await Promise.all(variants.map((role) => roles.create(role, someEdit())));
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
      expect(await editable()).toEqual([variants[outcomes.indexOf("created")]]);
    });

    it("changes what is named and keeps the rest", async () => {
      await roles.create(EDITOR, someEdit());
      const described = { ...EDITOR, description: "Edits pages." };
      expect(await roles.update("editor", { description: "Edits pages." }, editOf(EDITOR))).toEqual(
        described,
      );
      const permissions = ["pages:read", "pictures:*"];
      const extended = { ...described, permissions };
      expect(await roles.update("editor", { permissions }, editOf(EDITOR))).toEqual(extended);
      expect(
        await roles.update("editor", { permissions: [], description: "" }, editOf(extended)),
      ).toEqual({
        name: "editor",
        description: "",
        permissions: [],
      });
      expect(await editable()).toEqual([{ name: "editor", description: "", permissions: [] }]);
    });

    it("changes nothing of a role that does not grant what was looked at", async () => {
      await roles.create(EDITOR, someEdit());
      const change = { permissions: ["*"], description: "?" };
      for (const permissions of [[], ["pages:read"], [...EDITOR.permissions, "pages:delete"]]) {
        expect(await roles.update("editor", change, editOf({ ...EDITOR, permissions }))).toBe(
          "moved",
        );
      }
      expect(await editable()).toEqual([EDITOR]);
    });

    it("makes one whole edit of five at once", async () => {
      await roles.create(EDITOR, someEdit());
      const variants = [1, 2, 3, 4, 5].map((n) => [`variant:v${n}`]);
      const outcomes = await Promise.all(
        variants.map((permissions) => roles.update("editor", { permissions }, editOf(EDITOR))),
      );
      expect(outcomes.filter((outcome) => outcome !== "moved")).toHaveLength(1);
      const made = variants[outcomes.findIndex((outcome) => outcome !== "moved")];
      expect((await editable())[0]?.permissions).toEqual(made);
    });

    it("makes as many as there may be, and no more", async () => {
      const names = Array.from(
        { length: MAX_ROLES - BUILT_IN_ROLES.length },
        (_, n) => `role-${n}`,
      );
      const made = names.map((name) => roles.create({ ...EDITOR, name }, someEdit()));
      expect(new Set(await Promise.all(made))).toEqual(new Set(["created"]));
      expect(await roles.create(EDITOR, someEdit())).toBe("too_many");
      expect(await roles.create({ ...EDITOR, name: "role-0" }, someEdit())).toBe("role_exists");
      expect((await roles.named(["editor"])).size).toBe(0);
      await roles.remove({ ...EDITOR, name: "role-0" }, someEdit());
      expect(await roles.create(EDITOR, someEdit())).toBe("created");
    });

    it("tells the sets of roles that its holders have, each once, page by page", async () => {
      for (const name of ["editor", "writer", "reader"])
        await roles.create({ ...EDITOR, name }, someEdit());
      const sets = [
        ["editor"],
        ["editor", "reader"],
        ["editor", "reader", "writer"],
        ["editor", "writer"],
      ];
      for (const held of [...sets, ["editor", "writer"], ["reader"], ["editor"]]) {
        await users.create(someUser({ roles: held }));
      }
      const looked = [...(await roles.named(["editor", "user"])).values()];
      await serviceAccounts.create(someAccount({ roles: looked }));
      const all = [...sets.slice(0, 3), ["editor", "user"], ["editor", "writer"]];
      const sorted = all.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      expect(await roles.heldSets("editor", null, 10)).toEqual(sorted);
      expect(await roles.heldSets("editor", null, 2)).toEqual(sorted.slice(0, 2));
      expect(await roles.heldSets("editor", sorted[1] ?? [], 10)).toEqual(sorted.slice(2));
      expect(await roles.heldSets("editor", sorted.at(-1) ?? [], 10)).toEqual([]);
      expect(await roles.heldSets("no-such-role", null, 10)).toEqual([]);
    });

    it("changes nothing of a role that is not there", async () => {
      expect(
        await roles.update("editor", { permissions: ["*"], description: "?" }, editOf(EDITOR)),
      ).toBeNull();
      expect(await editable()).toEqual([]);
      await roles.create({ ...EDITOR, permissions: [] }, someEdit());
      expect(await editable()).toEqual([{ ...EDITOR, permissions: [] }]);
    });

    it("removes no role that grants other than what was looked at", async () => {
      await roles.create(EDITOR, someEdit());
      for (const permissions of [[], ["pages:read"], [...EDITOR.permissions, "pages:delete"]])
        expect(await roles.remove({ ...EDITOR, permissions }, someEdit())).toBe("moved");
      expect(await editable()).toEqual([EDITOR]);
    });

    it("removes a role once nobody holds it", async () => {
      await roles.create(EDITOR, someEdit());
      await users.create(someUser({ roles: ["editor", "user"] }));
      expect(await roles.remove(EDITOR, someEdit())).toBe("role_in_use");
      expect(await editable()).toEqual([EDITOR]);
      await roles.create({ ...EDITOR, name: "writer" }, someEdit());
      expect(await roles.remove({ ...EDITOR, name: "writer" }, someEdit())).toBe("removed");
      expect(await roles.remove({ ...EDITOR, name: "writer" }, someEdit())).toBe("not_found");
      expect(await editable()).toEqual([EDITOR]);
    });
  });
}
