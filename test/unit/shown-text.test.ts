import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseShownText, shownPart, type TextFault } from "../../src/domain/shown-text.ts";

describe("a text that is shown", () => {
  it.each([
    "",
    "Ada Lovelace",
    "Zoë O'Brien-Łukasz",
    "e\u0301clair",
    "नमस्ते",
    "क्\u200dष",
    "می\u200cخواهم",
    "ශ්\u200dරී ලංකා",
    "葛\u{e0100}飾区",
    "\u1820\u180b",
    "שָׁלוֹם",
    "👩\u200d👩\u200d👧",
    "👩🏽\u200d🚀",
    "❤\ufe0f\u200d🔥",
    "1\ufe0f\u20e3",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "🇫🇷",
    "\u0600\u0661",
    "a\u3000b",
  ])("is taken as it is: %j", (text) => {
    expect(parseShownText(text)).toEqual({ ok: true, value: text });
  });

  it.each<[TextFault, string, string]>([
    ["malformed", "half a character", "a\ud800"],
    ["malformed", "a control character", "a\u0000b"],
    ["malformed", "a line break", "a\nb"],
    ["malformed", "a line separator", "a\u2028b"],
    ["padded", "nothing but white space", "   "],
    ["padded", "a space of another width", "\u3000"],
    ["padded", "an empty Braille pattern", "\u2800"],
    ["padded", "white space before it", " Ada"],
    ["padded", "white space behind it", "Ada\u00a0"],
    ["padded", "a byte order mark before it", "\ufeffAda"],
    ["invisible", "a byte order mark in it", "A\ufeffda"],
    ["invisible", "a zero-width space", "Ada\u200bB"],
    ["invisible", "a soft hyphen", "A\u00adda"],
    ["invisible", "a word joiner", "A\u2060da"],
    ["invisible", "a Hangul filler", "\u3164"],
    ["invisible", "a half-width Hangul filler", "Ada\uffa0"],
    ["invisible", "a combining grapheme joiner", "A\u034fda"],
    ["invisible", "an annotation", "A\ufff9da"],
    ["invisible", "a joiner between Latin letters", "ad\u200dmin"],
    ["invisible", "a non-joiner between Latin letters", "ad\u200cmin"],
    ["invisible", "a joiner at its end", "می\u200c"],
    ["invisible", "a joiner alone", "\u200d"],
    ["invisible", "two joiners", "م\u200c\u200cی"],
    ["invisible", "a selector that selects nothing", "a\ufe0f"],
    ["invisible", "a selector after a digit", "Agent1\ufe0f"],
    ["invisible", "a joiner between ideographs", "田\u200d中"],
    ["invisible", "words in tags behind a flag", `🏴${"\u{e0061}".repeat(28)}\u{e007f}`],
    ["invisible", "a space in tags behind a flag", "🏴\u{e0061}\u{e0020}\u{e0062}\u{e007f}"],
    ["invisible", "tags without a flag", "Ada\u{e0041}\u{e007f}"],
    ["lone_mark", "a mark at its beginning", "\u0301Ada"],
    ["lone_mark", "a mark behind a space", "Ada \u0301"],
  ])("is %s with %s", (error, _, text) => {
    expect(parseShownText(text)).toEqual({ ok: false, error });
  });

  const controls = [
    ..."\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
  ].map((control) => [control.codePointAt(0)?.toString(16), control]);
  it.each(controls)("is invisible with the control of direction U+%s", (_, control) => {
    expect(parseShownText(`Ada${control}nimda`)).toEqual({ ok: false, error: "invisible" });
  });
});

describe("what of a text can be shown", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)"],
    ["ad\u202enimda\u202c", "adnimda"],
    ["\u2066Safari\u2069\u200b", "Safari"],
    ["a\tb\u0000c\u2028d\u0085", "abcd"],
    [" \u0301Firefox \u0301\u2800", "Firefox"],
    ["a\ud800b", "a\ufffdb"],
    ["a \u0301b", "a b"],
    ["\u200b\u3164 ", ""],
  ])("of %j it is %j", (text, shown) => {
    expect(shownPart(text, 256)).toBe(shown);
  });

  it("is cut between characters, and ends in no gap", () => {
    expect(shownPart("abc\u{1f422}", 4)).toBe("abc");
    expect(shownPart("abc\u{1f422}d", 5)).toBe("abc\u{1f422}");
    expect(shownPart("abc def", 4)).toBe("abc");
  });

  it("takes no longer for a long run of blanks than for letters, but for a factor", () => {
    // Each blank that began a search of its own would make this minutes; the runner gives it 5 s.
    const longest = 1_000_000;
    expect(shownPart(`a${" ".repeat(longest)}x`, 256)).toBe("a");
  });

  it("would be taken whole, and is as long as it may be at most", () => {
    const sign = fc.constantFrom(..." \u0301\u200d\u202e\u2800\ufe0f\ud83dä\t");
    const unit = fc.oneof(sign, fc.string({ unit: "binary", maxLength: 1 }));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), fc.nat({ max: 8 }), (units, most) => {
        const shown = shownPart(units.join(""), most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(parseShownText(shown)).toEqual({ ok: true, value: shown });
      }),
      { numRuns: 2_000 },
    );
  });
});
