import { describe, expect, it } from "vitest";
import { parseEmail } from "../../../src/domain/accounts/email.ts";

const accepted = (value: string) => ({ ok: true, value });
const refused = (error = "invalid_email") => ({ ok: false, error });

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
    ["a zero-width space", "ada\u200b@example.com"],
  ])("is refused, not folded, with %s before the @", (_, input) => {
    expect(parseEmail(input)).toEqual(refused("international_local_part"));
  });

  it.each([
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["Ada@BÜCHER.Example", "ada@xn--bcher-kva.example"],
    ["ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["ada@mail.例え.テスト", "ada@mail.xn--r8jz45g.xn--zckzah"],
    ["ada@faß.example", "ada@xn--fa-hia.example"],
    ["ada@उदाहरण.परीक्षा", "ada@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"],
  ])("has the ASCII form of an international domain: %s", (input, canonical) => {
    expect(parseEmail(input)).toEqual(accepted(canonical));
  });

  it.each([
    ["the Kelvin sign", "ada@\u212aate.com"],
    ["full-width letters", "ada@\uff45xample.com"],
    ["a ligature", "ada@\ufb01sh.com"],
    ["a zero-width space", "ada@exam\u200bple.com"],
    ["a soft hyphen", "ada@exam\u00adple.com"],
    ["a selector of variants", "ada@exam\ufe0fple.com"],
    ["a Hangul filler", "ada@exam\u1160ple.com"],
    ["a joiner", "ada@büch\u200der.com"],
    ["an ideographic full stop", "ada@例え。テスト"],
    ["a white space", "ada@büc her.example"],
    ["a percent sign", "ada@b%C3%BCcher.ünder"],
    ["a port", "ada@bücher.example:80"],
    ["a path", "ada@bücher.example/x"],
    ["a query", "ada@bücher.example?x"],
    ["a fragment", "ada@bücher.example#x"],
    ["a backslash", "ada@bücher.example\\x"],
    ["full-width digits of an address", "ada@\uff11\uff12\uff17.0.0.1"],
    ["a number at its end", "ada@bücher.1"],
    ["one label", "ada@bücher"],
    ["a dot at its end", "ada@bücher.example."],
    ["an empty label", "ada@bücher..example"],
    ["a mark that begins it", "ada@\u0308bücher.example"],
    ["a label of more than 63 characters in ASCII", `ada@${"ü".repeat(62)}.example`],
    ["words in two directions", "ada@aא1.example"],
  ])("has no domain with %s", (_, input) => {
    expect(parseEmail(input)).toEqual(refused("invalid_domain"));
  });

  it.each([
    "",
    "ada",
    "@example.com",
    "ada@@example.com",
    "ada @example.com",
    " ada@example.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..da@example.com",
    '"ada"@example.com',
    "ada,eve@example.com",
    "ada@example.com\nbcc:eve@example.com",
    "ada<eve@example.com>",
    "a\u0000da@example.com",
  ])("is not %j", (input) => {
    expect(parseEmail(input)).toEqual(refused());
  });

  it.each([
    "ada@",
    "ada@example",
    "ada@example.com\n",
    "ada@-example.com",
    "ada@example-.com",
    "ada@example..com",
    "ada@example.com.",
    "ada@127.0.0.1",
    "ada@[127.0.0.1]",
  ])("is not %j, for its domain", (input) => {
    expect(parseEmail(input)).toEqual(refused("invalid_domain"));
  });

  it("has at most 64 characters before the @", () => {
    expect(parseEmail(`${"a".repeat(64)}@example.com`).ok).toBe(true);
    expect(parseEmail(`${"a".repeat(65)}@example.com`)).toEqual(refused());
  });

  it("has labels of at most 63 characters", () => {
    expect(parseEmail(`ada@${"a".repeat(63)}.com`).ok).toBe(true);
    expect(parseEmail(`ada@${"a".repeat(64)}.com`)).toEqual(refused("invalid_domain"));
  });

  it("has a domain that is taken as it is written in ASCII, and may end in one letter", () => {
    for (const domain of ["xn--0.example", "a-b.xn--a", "mail.example.x"]) {
      expect(parseEmail(`ada@${domain.toUpperCase()}`)).toEqual({
        ok: true,
        value: `ada@${domain}`,
      });
    }
  });

  it("has at most 254 characters also as it is typed, though its ASCII form is shorter", () => {
    const domain = (labels: number) => `${`${"\u{10330}".repeat(15)}.`.repeat(labels)}example`;
    const { hostname } = new URL(`http://${domain(8)}`);
    expect(hostname.length).toBeLessThan(240);
    expect(`ada@${domain(8)}`.length).toBeGreaterThan(254);
    expect(parseEmail(`ada@${domain(8)}`)).toEqual(refused());
    expect(parseEmail(`ada@${domain(7)}`).ok).toBe(true);
  });

  it("has at most 254 characters", () => {
    const domain = (length: number) => `${`${"d".repeat(49)}.`.repeat(4)}${"c".repeat(length)}`;
    const longest = `${"a".repeat(50)}@${domain(3)}`;
    expect(longest).toHaveLength(254);
    expect(parseEmail(longest).ok).toBe(true);
    expect(parseEmail(`a${longest}`)).toEqual(refused());
    expect(parseEmail(`a@${longest.repeat(100)}`).ok).toBe(false);
    expect(parseEmail(`${"a".repeat(40)}@${"ü.".repeat(60)}com`)).toEqual(refused());
  });
});
