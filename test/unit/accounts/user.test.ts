import { describe, expect, it } from "vitest";
import { MAIL_TOKEN_LIFETIME } from "../../../src/domain/accounts/mail-token.ts";
import { isUsable, signInRefusal } from "../../../src/domain/accounts/user.ts";

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

it.each([
  { emailVerified: true, hasPassword: true, required: true, is: true },
  { emailVerified: true, hasPassword: true, required: false, is: true },
  { emailVerified: true, hasPassword: false, required: true, is: true },
  { emailVerified: true, hasPassword: false, required: false, is: true },
  { emailVerified: false, hasPassword: true, required: true, is: false },
  { emailVerified: false, hasPassword: true, required: false, is: true },
  { emailVerified: false, hasPassword: false, required: true, is: false },
  { emailVerified: false, hasPassword: false, required: false, is: false },
])("an account that its owner can use stays: %j", ({ required, is, ...user }) => {
  expect(isUsable(user, required)).toBe(is);
});

it("a link that was mailed works for an hour, a day, or a week for an invitation", () => {
  const hours = Object.entries(MAIL_TOKEN_LIFETIME).map(([name, ms]) => [name, ms / 3_600_000]);
  expect(Object.fromEntries(hours)).toEqual({
    verify: 24,
    reset: 1,
    invite: 168,
    change_email: 24,
  });
});
