import { globSync, readFileSync } from "node:fs";

/** Every document that a reader may open, by its path from the root. */
export const documents = (): string[] =>
  globSync(
    [
      "README.md",
      "docs/**/*.md",
      "examples/**/*.md",
      "packages/*/*.md",
      ".github/*.md",
      "test/*/README.md",
    ],
    {
      exclude: ["**/node_modules/**"],
    },
  ).sort();

/** A command as a shell reads it, with the document that it stands in. */
export type Command = { readonly document: string; readonly line: string };

/** Commands of the blocks that are for a terminal; other blocks are code, replies and requests. */
export function commands(start: RegExp): Command[] {
  const all = documents().flatMap((document) => {
    const blocks = readFileSync(document, "utf8").matchAll(/^ *```([^\n]*)\n(.*?)^ *```$/gms);
    return [...blocks].flatMap(([, language = "", block = ""]) =>
      (["", "sh"].includes(language) ? block : "")
        .replace(/\s*\\\n\s*/g, " ")
        .replace(/"[^"]*"/g, (quoted) => quoted.replace(/\s*\n\s*/g, " "))
        .split("\n")
        .map((line) => ({ document, line: line.replace(/\s{2,}#.*$/, "").trim() })),
    );
  });
  return all.filter(({ line }) => start.test(line));
}
