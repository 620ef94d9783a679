/** How messages look: plain, without images, styles from elsewhere or anything that reports back. */
const PAGE_STYLE = "font-family: sans-serif; line-height: 1.5; max-width: 36em";
const CODE_STYLE = "font-family: monospace; font-size: 1.75em; letter-spacing: 0.1em";

/** @param body whole elements, escaped */
export const htmlPage = (subject: string, body: readonly string[]): string =>
  [
    "<!doctype html>",
    `<html lang="en">`,
    `<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>`,
    `<body style="${PAGE_STYLE}">`,
    ...body,
    "</body>",
    "</html>",
    "",
  ].join("\n");

/**
 * @param template tells what kind of paragraph it is
 * @param text the same with everything inserted, not yet escaped
 */
export function htmlParagraph(template: string, text: string): string {
  const shown = escaped(text);
  if (template === "{link}") return `<p><a href="${shown}">${shown}</a></p>`;
  if (template === "{code}") return `<p style="${CODE_STYLE}">${shown}</p>`;
  return `<p>${shown}</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? "");
