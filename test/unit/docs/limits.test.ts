import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as limits from "../../../src/domain/limits.ts";

it("the documentation states every limit there is, and no other number", () => {
  const text = readFileSync("docs/configuration.md", "utf8");
  const section = /\n## Limits\n\n([^#]+)$/.exec(text)?.[1] ?? "";
  // Status codes are no limits, and words such as "one more" no numbers.
  const numbers = section.replaceAll(/\b409\b/g, "").match(/\d[\d,]*/g) ?? [];
  const stated = numbers.map((number) => Number(number.replaceAll(",", "")));
  const byValue = (a: number, b: number) => a - b;
  expect(stated.sort(byValue)).toEqual(Object.values(limits).sort(byValue));
});
