import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Email } from "../../../src/domain/accounts/email.ts";
import {
  containsContext,
  contextWords,
  isLongEnough,
  nameWords,
  PASSWORD_MAX_LENGTH,
  type Password,
  parsePassword,
} from "../../../src/domain/credentials/password.ts";

const accepted = (value: string) => ({ ok: true, value });

describe("a presented password", () => {
  it("is neither trimmed, cut nor changed in case", () => {
    expect(parsePassword("  Correct Horse\t")).toEqual(accepted("  Correct Horse\t"));
    expect(parsePassword("\u0000")).toEqual(accepted("\u0000"));
  });

  it("is the same however its accents were typed", () => {
    expect(parsePassword("re\u0301sume\u0301")).toEqual(accepted("r\u00e9sum\u00e9"));
  });

  it("is the same in NFC and NFD at every length", () => {
    const letter = fc.constantFrom("é", "ế", "각", "ᾂ", "a", "😀", "𑂫");
    fc.assert(
      fc.property(letter, letter, fc.integer({ min: 1, max: 130 }), (one, other, times) => {
        const text = (one + other).repeat(times);
        expect(parsePassword(text.normalize("NFD"))).toEqual(parsePassword(text.normalize("NFC")));
      }),
    );
  });

  it("is malformed when empty or with a lone surrogate, which would hash like any other", () => {
    for (const input of ["", "\ud800", "correct \udc00 horse", "a\ud83d"]) {
      expect(parsePassword(input)).toEqual({ ok: false, error: "malformed" });
    }
  });

  it("has at most 256 code points, emoji counting as one", () => {
    expect(parsePassword("a".repeat(PASSWORD_MAX_LENGTH)).ok).toBe(true);
    expect(parsePassword("😀".repeat(PASSWORD_MAX_LENGTH)).ok).toBe(true);
    const tooLong = { ok: false, error: "too_long" };
    expect(parsePassword("a".repeat(PASSWORD_MAX_LENGTH + 1))).toEqual(tooLong);
    expect(parsePassword("😀".repeat(PASSWORD_MAX_LENGTH + 1))).toEqual(tooLong);
  });

  it("of 256 letters may be typed in four parts each", () => {
    const letters = "ᾂ".repeat(PASSWORD_MAX_LENGTH);
    const typed = letters.normalize("NFD");
    expect(typed).toHaveLength(4 * PASSWORD_MAX_LENGTH);
    expect(parsePassword(typed)).toEqual(accepted(letters));
  });

  it("PWD-02 of a megabyte is refused", () => {
    expect(parsePassword("a".repeat(2 ** 20))).toEqual({ ok: false, error: "too_long" });
  });
});

describe("the minimum length", () => {
  it("PWD-04 counts code points: 14 are too short and 15 are enough, emoji included", () => {
    for (const letter of ["a", "é", "😀"]) {
      expect(isLongEnough(letter.repeat(14) as Password, 15)).toBe(false);
      expect(isLongEnough(letter.repeat(15) as Password, 15)).toBe(true);
    }
  });
});

describe("the words a password may not contain", () => {
  it("are the address, its local part and the product's names, from four letters on", () => {
    const words = contextWords("ada.lovelace@example.com" as Email, ["Auth-Service", "API"]);
    expect(words).toEqual(["ada.lovelace@example.com", "ada.lovelace", "auth-service"]);
    expect(contextWords("ada@example.com" as Email, [])).toEqual(["ada@example.com"]);
    expect(contextWords("adam@example.com" as Email, [])).toContain("adam");
  });

  it("may be parts of the local part, which are only guessed among the first", () => {
    expect(nameWords("ada.lovelace+x@example.com" as Email)).toEqual(["ada", "lovelace", "x"]);
    expect(nameWords("ada-+-x@example.com" as Email)).toEqual(["ada", "x"]);
  });

  it("PWD-05 are found in any case and any place", () => {
    expect(containsContext("xx-LoveLace-xx" as Password, ["lovelace"])).toBe(true);
    expect(containsContext("xx-love-lace-xx" as Password, ["lovelace"])).toBe(false);
    expect(containsContext("anything" as Password, [])).toBe(false);
  });
});
