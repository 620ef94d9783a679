import { err, ok, type Result } from "./result.ts";

/** What is wrong with a text that people are to read. */
export type TextFault = "malformed" | "padded" | "invisible" | "lone_mark";

/** What is shown as a gap, also where Unicode does not count it as one (the empty Braille pattern). */
const BLANK = "[\\s\\u2800]";
const PADDED = new RegExp(`^${BLANK}|${BLANK}$`, "u");

/** Control characters, and the two that break a line. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/**
 * What a script or an emoji needs of the characters that are not seen (Unicode 16, chapter 23):
 * joiners between letters of scripts that join, or after what they combine; selectors of a variant
 * of the character before; the tags of a regional flag.
 */
const NEEDED = [
  "(?<=[[\\p{L}\\p{M}]--[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}]])[\\u200c\\u200d](?=[\\p{L}\\p{M}])",
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})",
  "(?<=[\\p{Emoji}--[0-9#*]])[\\ufe0e\\ufe0f]",
  "(?<=[0-9#*])\\ufe0f(?=\\u20e3)",
  "(?<=\\p{Script=Han})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]",
  "(?<=\\p{Script=Mongolian})[\\u180b-\\u180f]",
  "(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f}",
];
const NEEDED_ANYWHERE = new RegExp(NEEDED.join("|"), "gv");

/** Among them what turns the direction of a text, and letters that are shown as nothing. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;

const LONE_MARK = new RegExp(`(?:^|${BLANK})\\p{M}`, "u");

/**
 * A text that is shown and never interpreted. Characters that are not seen are refused, not
 * removed: two names must not differ by them, and none may look empty.
 */
export function parseShownText(input: string): Result<string, TextFault> {
  if (!input.isWellFormed() || CONTROL.test(input)) return err("malformed");
  if (PADDED.test(input)) return err("padded");
  if (INVISIBLE.test(input.replaceAll(NEEDED_ANYWHERE, ""))) return err("invisible");
  return LONE_MARK.test(input) ? err("lone_mark") : ok(input);
}

const UNSEEN = /[\p{Cc}\u2028\u2029\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const LONE_MARKS = new RegExp(`(^|${BLANK})\\p{M}+`, "gu");
// The look behind keeps it linear: without it each blank of a long run starts a search of its own.
const PADDING = new RegExp(`^${BLANK}+|(?<!${BLANK})${BLANK}+$`, "gu");
const HALF_CHARACTER = /\p{Cs}$/u;

/**
 * The part of a text that can be shown, for what a program says of itself, where a refusal would
 * reach nobody. It is cut between characters.
 *
 * @param maxLength UTF-16 code units
 */
export function shownPart(input: string, maxLength: number): string {
  const seen = input.toWellFormed().replaceAll(UNSEEN, "").replaceAll(LONE_MARKS, "$1");
  const whole = seen.replaceAll(PADDING, "").slice(0, maxLength).replace(HALF_CHARACTER, "");
  return whole.replaceAll(PADDING, "");
}
