import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  covers,
  grants,
  OWN_PERMISSIONS,
  type OwnPermission,
  PERMISSION_FORM,
  parsePermission,
} from "../../../src/domain/access/permission.ts";
import { permission } from "../../support/arbitraries.ts";

describe("a permission", () => {
  it.each(["*", "users:*", "users:read", "a:b", "audit-log:read_all", `${"r".repeat(64)}:x`])(
    "may be written %s",
    (input) => {
      expect(parsePermission(input)).toEqual({ ok: true, value: input });
    },
  );

  it.each([
    "",
    "users",
    "users:",
    ":read",
    "*:read",
    "*:*",
    "users:**",
    "users:read:all",
    "Users:read",
    "users-:read",
    "users:read ",
    "users:read\n",
    "1users:read",
    `${"r".repeat(65)}:x`,
  ])("is not %j", (input) => {
    expect(parsePermission(input)).toEqual({ ok: false, error: "invalid_permission" });
  });

  it("is called in messages what it may be", () => {
    const forms = PERMISSION_FORM.split(/, | or /);
    expect(forms.map((form) => parsePermission(form).ok)).toEqual([true, true, true]);
  });

  it("is granted by itself, by its resource's wildcard and by the star alone", () => {
    expect(grants(["users:read"], "users:read")).toBe(true);
    expect(grants(["users:*"], "users:read")).toBe(true);
    expect(grants(["*"], "users:read")).toBe(true);
    expect(grants(["roles:*", "users:write"], "users:read")).toBe(false);
    expect(grants([], "users:read")).toBe(false);
  });

  it("is not granted by a resource whose name begins alike", () => {
    expect(grants(["users:*"], "users-archive:read")).toBe(false);
    expect(grants(["user:*"], "users:read")).toBe(false);
  });

  it("is nothing that a text which is none, as somebody wrote it by hand, could grant", () => {
    expect(grants([":*"], "*")).toBe(false);
    expect(grants([":*", "", ":"], "users:read")).toBe(false);
  });

  it("that is a wildcard is not granted by any number of parts of it", () => {
    expect(grants(["users:read", "users:write"], "users:*")).toBe(false);
    expect(grants(["users:*", "roles:*"], "*")).toBe(false);
    expect(grants(["*"], "*")).toBe(true);
  });
});

describe("handing out permissions", () => {
  it("AUZ-03 goes no further than what is held", () => {
    expect(covers(["users:*"], ["users:read", "users:write"])).toBe(true);
    expect(covers(["users:*"], ["users:read", "roles:read"])).toBe(false);
    expect(covers([], [])).toBe(true);
  });

  it("opens nothing to the receiver that was closed to the giver", () => {
    const some = fc.array(permission, { maxLength: 4 });
    fc.assert(
      fc.property(some, some, permission, (held, given, needed) => {
        fc.pre(covers(held, given) && grants(given, needed));
        expect(grants(held, needed)).toBe(true);
      }),
    );
  });
});

describe("the service's own permissions", () => {
  it("are permissions, each written once", () => {
    expect(OWN_PERMISSIONS.filter((one) => !parsePermission(one).ok)).toEqual([]);
    expect(new Set(OWN_PERMISSIONS).size).toBe(OWN_PERMISSIONS.length);
  });

  it("are a type, so that a misspelt one does not compile", () => {
    type IsOwn<Text extends string> = Text extends OwnPermission ? true : false;
    const asked: IsOwn<"users:write"> = true;
    const misspelt: IsOwn<"user:write"> = false;
    const any: IsOwn<string> = false;
    expect([asked, misspelt, any]).toEqual([true, false, false]);
  });
});
