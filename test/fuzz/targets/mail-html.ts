import { htmlPage, htmlParagraph } from "../../../src/core/mail/html.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

const EMPTY = ["{link}", "{code}", "Hello {name}"].map((template) => htmlParagraph(template, ""));
const TEXT = /&(?:amp|lt|gt|quot|#39);/g;
const LETTERS: Readonly<Record<string, string>> = {
  ...{ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" },
};

/** Whatever is inserted adds no element and no attribute, and is shown as it is. */
export const target: FuzzTarget = {
  seeds: ["https://app.example.com/verify#token=a&b", "<b onclick='x'>\"</b>", "&amp;&#60;"],
  maxLength: 200,
  holds(input) {
    const filled = ["{link}", "{code}", "Hello {name}"].map((kind) => htmlParagraph(kind, input));
    const markup = (html: string) => html.replace(/[^<>"'=]/g, "");
    for (const [at, html] of filled.entries()) {
      assertEqual(markup(html).replaceAll("=", ""), markup(EMPTY[at] ?? "").replaceAll("=", ""));
      const shown = />([^<>]*)<\/(?:a|p)>/.exec(html)?.[1] ?? "";
      assertEqual(
        shown.replace(TEXT, (entity) => LETTERS[entity] ?? ""),
        input,
      );
    }
    assert(htmlPage(input, filled).split("<title>").length === 2, "two titles");
    return String(/[&<>"']/.test(input));
  },
};
