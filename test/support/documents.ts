import { globSync } from "node:fs";

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
