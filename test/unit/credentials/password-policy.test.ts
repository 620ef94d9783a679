import { dictionary } from "@zxcvbn-ts/language-common";
import { describe, expect, it } from "vitest";
import { commonPasswords } from "../../../scripts/build-common-passwords.ts";
import stored from "../../../src/core/security/common-passwords.json" with { type: "json" };
import { passwordPolicy } from "../../../src/core/security/password-policy.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";

const email = "ada.lovelace@example.com" as Email;
const unlisted = async () => false;
const policy = passwordPolicy(15, unlisted);
const weakness = (password: string, at: Email = email) => policy.weakness(password as Password, at);

describe("a password that is chosen", () => {
  it.each([
    "correct horse battery staple",
    "tulip-anvil-gravel-42-moth",
    "Vexing quartz mandolins jump",
    "kvaplw-zmqhte-bodruj",
    "这是一个相当长的密码而且没有人会猜到它",
    "🦊🌵🛶🎻🧊🪁🦉🥝🧭🪴🎲🛸🧵🪵🐙",
  ])("is good: %s", async (password) => {
    expect(await weakness(password)).toBeNull();
  });

  it("PWD-04 needs 15 code points, emoji counting as one", async () => {
    expect(await weakness("tulip-anvil-42")).toBe("too_short");
    expect(await weakness("🦊🌵🛶🎻🧊🪁🦉🥝🧭🪴🎲🛸🧵🪵")).toBe("too_short");
    expect(await weakness("tulip-anvil-427")).not.toBe("too_short");
  });

  it.each([
    ["common", "123456789012345678"],
    ["common", "P@ssw0rd12345678"],
    ["common", "1q2w3e4r5t6y7u8i9o0p"],
    ["sequential", "passwordpassword"],
    ["sequential", "aaaaaaaaaaaaaaaaaaaa"],
    ["sequential", "abcdefghijklmnopqrst"],
    ["contains_context", "my-ada.lovelace-word"],
    ["contains_context", "ADA.LOVELACE is my name"],
    ["contains_context", "x ada.lovelace@example.com x"],
    ["contains_context", "the auth-service is mine"],
    ["contains_context", "quartz AuthService mandolin"],
    ["contains_context", "quartz Auth Service mandolin"],
  ])("PWD-05 is refused as %s: %s", async (reason, password) => {
    expect(await weakness(password)).toBe(reason);
  });

  it.each([
    ["an odd number of times", "1.1.2011".repeat(9)],
    ["cut at its end", `${"1.1.2011".repeat(9)}1.1`],
    ["beyond what is judged", "1.1.2011 ".repeat(20)],
  ])("PWD-05 is as weak as what it repeats, %s", async (_, password) => {
    expect(await weakness(password)).toBe("sequential");
  });

  it.each([
    ["twice", "tm04zmp6tm04zmp6"],
    ["twice but for the last letter", "kvz8qwmtkvz8qwm"],
    ["and begins again", "kvz8qwmtkvz8qwmtkvz"],
  ])("PWD-05 is as weak as eight random letters that it has %s", async (_, password) => {
    expect(await weakness(password)).toBe("guessable");
  });

  it.each([
    ["a date", "23.12.1987"],
    ["a walk over the keyboard", "hgfdsxcv"],
    ["a year, among letters", "2019wq7z"],
  ])("PWD-05 is regular where it may be shorter, and is %s", async (_, password) => {
    const short = passwordPolicy(8, unlisted);
    expect(await short.weakness(password as Password, email)).toBe("sequential");
  });

  it("PWD-05 is as weak as eight random letters when it repeats them, as good as a phrase", async () => {
    expect(await weakness("aGk2x9zq".repeat(5))).toBe("guessable");
    expect(await weakness("correct horse battery staple".repeat(3))).toBeNull();
    expect(await weakness("🦊🌵🛶🎻🧊🪁🦉🥝🧭🪴🎲🛸🧵🪵🐙".repeat(2))).toBeNull();
  });

  it("PWD-05 is refused when it is little more than the owner's name", async () => {
    expect(await weakness("lovelacelovelace")).toBe("common");
    expect(await weakness("lovelacelovelace", "eve@example.com" as Email)).not.toBe("common");
  });

  it("is refused as guessable when it is merely short, where the minimum lets it be", async () => {
    const lenient = passwordPolicy(8, unlisted);
    expect(await lenient.weakness("aGk2x9zq" as Password, email)).toBe("guessable");
  });

  it("is judged on its beginning, so that the longest costs no more", async () => {
    expect(await weakness(`${"a".repeat(200)} tulip anvil gravel moth`)).toBe("sequential");
    expect(await weakness(`tulip anvil gravel moth ${"a".repeat(200)}`)).toBeNull();
  });
});

describe("the list of breaches", () => {
  it("is asked last, and about nothing that is refused anyway", async () => {
    const asked: string[] = [];
    const asking = passwordPolicy(15, async (password) => {
      asked.push(password);
      return true;
    });
    for (const password of ["short", "passwordpassword", "the auth-service is mine"]) {
      expect(await asking.weakness(password as Password, email)).not.toBe("breached");
    }
    const good = "correct horse battery staple" as Password;
    expect(await asking.weakness(good, email)).toBe("breached");
    expect(asked).toEqual([good]);
  });
});

describe("the list of common passwords", () => {
  it("is the one that its script makes", () => {
    expect(stored).toEqual(commonPasswords());
  });

  it("PWD-05 refuses each of the 3,000 most common that the lowest minimum would let through", async () => {
    const lenient = passwordPolicy(8, unlisted);
    const top = dictionary["passwords-common"]
      .slice(0, 3_000)
      .map(String)
      .filter((word) => word.length >= 8);
    expect(top.length).toBeGreaterThan(500);
    const passed: string[] = [];
    for (const word of top) {
      if ((await lenient.weakness(word as Password, email)) === null) passed.push(word);
    }
    expect(passed).toEqual([]);
  });

  it("PWD-05 refuses every long one that the default minimum would let through", async () => {
    const long = dictionary["passwords-common"].map(String).filter((word) => word.length >= 15);
    expect(long.length).toBeGreaterThan(30);
    const passed: string[] = [];
    for (const word of long) if ((await weakness(word)) === null) passed.push(word);
    expect(passed).toEqual([]);
  });
});
