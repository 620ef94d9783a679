import { describe, expect, it } from "vitest";
import { parseRoleName } from "../../../src/domain/access/role-name.ts";

describe("a role's name", () => {
  it.each(["a", "support", "level-2", "level_2", "r".repeat(64)])("may be %s", (input) => {
    expect(parseRoleName(input)).toEqual({ ok: true, value: input });
  });

  it.each(["", "Support", "2nd", "-a", "a-", "a b", "a:b", "*", "a\n", "r".repeat(65)])(
    "is not %j",
    (input) => {
      expect(parseRoleName(input)).toEqual({ ok: false, error: "invalid_role_name" });
    },
  );
});
