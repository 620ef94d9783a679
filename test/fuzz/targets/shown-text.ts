import { parseShownText, shownPart } from "../../../src/domain/shown-text.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

const MAX = 40;

/** What is left of any text can be shown, and is left whole when it is cut once more. */
export const target: FuzzTarget = {
  seeds: ["Ada Lovelace", " a\u0301 \u0301b ", "\u{1f468}\u200d\u{1f469}", "क्\u200dष", "\u202eabc"],
  maxLength: 200,
  holds(input) {
    const part = shownPart(input, MAX);
    assert(part.length <= MAX, "longer than asked for");
    assertEqual(parseShownText(part), { ok: true, value: part });
    assertEqual(shownPart(part, MAX), part);
    const parsed = parseShownText(input);
    if (parsed.ok) assertEqual(parsed.value, input);
    return parsed.ok ? "text" : parsed.error;
  },
};
