import { parseForm } from "../../../src/api/oauth/form-encoding.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assertEqual } from "../support/property.ts";

/** A form is what URLSearchParams reads, except that it is refused where letters would be guessed. */
export const target: FuzzTarget = {
  seeds: ["grant_type=refresh_token&refresh_token=rt1.a", "a=%C3%A9+b&a=&=c&d", "a=%FF", "\xff=1"],
  maxLength: 200,
  holds(input) {
    const bytes = Uint8Array.from(input, (letter) => letter.charCodeAt(0) & 0xff);
    const fields = parseForm(bytes.buffer);
    if (fields === null) return "refused";
    const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
    assertEqual(fields, [...new URLSearchParams(`&${text}`)]);
    return `${Math.min(fields.length, 4)}`;
  },
};
