import { describe, expect, it } from "vitest";
import { parseEmail } from "../../../src/domain/email.ts";

const accepted = (value: string) => ({ ok: true, value });
const refused = { ok: false, error: "invalid_email" };

describe("an e-mail address", () => {
  it("has one spelling, in lower case", () => {
    expect(parseEmail("Ada.Lovelace+Tag@Example.COM")).toEqual(
      accepted("ada.lovelace+tag@example.com"),
    );
  });

  it.each([
    ["the Kelvin sign, which lower-cases to k", "\u212aate@example.com"],
    ["the dotted capital I, which lower-cases to two letters", "\u0130da@example.com"],
    ["an umlaut", "bärbel@example.com"],
    ["a full-width letter", "\uff41da@example.com"],
    ["a letter outside ASCII in the domain", "ada@exämple.com"],
    ["a zero-width space", "ada\u200b@example.com"],
  ])("is refused, not folded, with %s", (_, input) => {
    expect(parseEmail(input)).toEqual(refused);
  });

  it.each([
    "",
    "ada",
    "ada@",
    "@example.com",
    "ada@example",
    "ada@@example.com",
    "ada @example.com",
    " ada@example.com",
    "ada@example.com\n",
    "ada@example.com\nbcc:eve@example.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..da@example.com",
    '"ada"@example.com',
    "ada@-example.com",
    "ada@example-.com",
    "ada@example..com",
    "ada@example.com.",
    "ada@127.0.0.1",
    "ada@[127.0.0.1]",
    "ada,eve@example.com",
    "ada<eve@example.com>",
  ])("is not %j", (input) => {
    expect(parseEmail(input)).toEqual(refused);
  });

  it("has at most 64 characters before the @", () => {
    expect(parseEmail(`${"a".repeat(64)}@example.com`).ok).toBe(true);
    expect(parseEmail(`${"a".repeat(65)}@example.com`)).toEqual(refused);
  });

  it("has labels of at most 63 characters", () => {
    expect(parseEmail(`ada@${"a".repeat(63)}.com`).ok).toBe(true);
    expect(parseEmail(`ada@${"a".repeat(64)}.com`)).toEqual(refused);
  });

  it("has at most 254 characters", () => {
    const domain = (length: number) => `${`${"d".repeat(49)}.`.repeat(4)}${"c".repeat(length)}`;
    const longest = `${"a".repeat(50)}@${domain(3)}`;
    expect(longest).toHaveLength(254);
    expect(parseEmail(longest).ok).toBe(true);
    expect(parseEmail(`a${longest}`)).toEqual(refused);
  });
});
