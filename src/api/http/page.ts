import { createHash } from "node:crypto";
import { accepts } from "hono/accepts";
import { html, raw } from "hono/html";
import type { AppContext } from "./context.ts";

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
body { max-width: 42rem; margin: 10vh auto; padding: 0 1.5rem; }
code { font: 0.95em ui-monospace, monospace; }
h1 { line-height: 1.2; }
h2 { margin: 2rem 0 0; font-size: 1rem; }
p { margin: 0.25rem 0; }
`;

/** Its style alone, by its digest (CSP 3, section 2.3.1): nothing is loaded, nothing runs. */
const policy = (): string => {
  const digest = createHash("sha256").update(STYLE).digest("base64");
  return `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};

/** Whether a person asks, by a browser: it names HTML, and prefers it to what stands for JSON. */
export const wantsPage = (c: AppContext): boolean =>
  accepts(c, {
    header: "Accept",
    supports: [HTML],
    default: "",
    match(ranges) {
      const worthOf = (one: RegExp) =>
        Math.max(0, ...ranges.filter(({ type }) => one.test(type)).map(({ q }) => q));
      return worthOf(/^text\/html$/) > worthOf(/\bjson$|^\*\/\*$|^application\/\*$/) ? HTML : "";
    },
  }) === HTML;

const HTML = "text/html";

/** A page that a person reads. @param sections a heading, and a text in which `code` is marked */
export function page(
  c: AppContext,
  title: string,
  sections: readonly (readonly [heading: string, text: string])[],
): Response | Promise<Response> {
  c.header("content-security-policy", policy());
  c.header("cross-origin-opener-policy", "same-origin");
  return c.html(html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
<h1>${title}</h1>
${sections.map(([heading, text]) => html`<h2>${heading}</h2>\n<p>${marked(text)}</p>\n`)}
</html>
`);
}

/** Between backquotes is code. */
const marked = (text: string) =>
  text.split("`").map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
