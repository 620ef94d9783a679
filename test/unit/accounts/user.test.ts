import { describe, expect, it } from "vitest";
import { signInRefusal } from "../../../src/domain/accounts/user.ts";

describe("after the right password", () => {
  it("a disabled account is refused, verified or not", () => {
    for (const emailVerified of [true, false]) {
      for (const required of [true, false]) {
        const refusal = signInRefusal({ status: "disabled", emailVerified }, required);
        expect(refusal).toBe("account_disabled");
      }
    }
  });

  it("AUZ-06 an unverified address is refused where verification is required", () => {
    expect(signInRefusal({ status: "active", emailVerified: false }, true)).toBe(
      "email_not_verified",
    );
    expect(signInRefusal({ status: "active", emailVerified: false }, false)).toBeNull();
  });

  it("nothing stands in a verified user's way", () => {
    expect(signInRefusal({ status: "active", emailVerified: true }, true)).toBeNull();
  });
});
