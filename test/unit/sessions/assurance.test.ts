import { expect, it } from "vitest";
import {
  type PasskeyMethod,
  proved,
  provedAgain,
  withPasskey,
  withSecond,
} from "../../../src/domain/assurance.ts";

const byCode = proved("otp", 1);
const byBoth = withSecond(byCode, "totp", 2);

it("a second factor makes two of one, whatever the first was", () => {
  expect(byBoth).toEqual({ amr: ["otp", "mfa"], acr: "aal2", authTime: 2 });
  const byRecovery = withSecond(proved("pwd", 1), "recovery_code", 2);
  expect(byRecovery).toEqual({ amr: ["pwd", "mfa"], acr: "aal2", authTime: 2 });
});

it("the password once more proves who it is, now, in a session of one factor", () => {
  for (const level of ["aal1", "aal2"] as const) {
    expect(provedAgain(byCode, level, 3)).toEqual({
      amr: ["otp", "pwd"],
      acr: "aal1",
      authTime: 3,
    });
  }
});

it("it says nothing of a second factor, and takes its place where there is none any more", () => {
  expect(provedAgain(byBoth, "aal2", 3)).toEqual({
    amr: ["otp", "mfa", "pwd"],
    acr: "aal2",
    authTime: 2,
  });
  expect(provedAgain(byBoth, "aal1", 3)).toEqual(proved("pwd", 3));
});

const passkey = (userVerified: boolean, method: PasskeyMethod = "hwk") => ({
  method,
  userVerified,
});

it.each(["hwk", "swk"] as const)(
  "a passkey that knew its owner is two factors, one that was touched is one: %s",
  (method) => {
    const two = { amr: [method, "user", "mfa"], acr: "aal2", authTime: 2 };
    expect(withPasskey(proved(null, 1), passkey(true, method), 2)).toEqual(two);
    const one = { amr: [method, "user"], acr: "aal1", authTime: 2 };
    expect(withPasskey(proved(null, 1), passkey(false, method), 2)).toEqual(one);
  },
);

it.each([
  ["nothing", []],
  ["itself", ["hwk", "user"]],
  ["itself, when it knew its owner", ["swk", "user", "mfa"]],
])("one that was only touched is one factor beside %s", (_, amr) => {
  const one = { amr: ["hwk", "user"], acr: "aal1", authTime: 2 };
  expect(withPasskey({ amr }, passkey(false), 2)).toEqual(one);
});

it.each([["pwd"], ["otp"]])("and the second one beside %s", (first) => {
  expect(withPasskey({ amr: [first] }, passkey(false), 2)).toEqual({
    amr: [first, "hwk", "user", "mfa"],
    acr: "aal2",
    authTime: 2,
  });
});
