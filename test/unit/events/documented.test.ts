import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EVENT_TYPES } from "../../../src/domain/events/event.ts";

it("the table of types names every type once, and no other", () => {
  const text = readFileSync("docs/events.md", "utf8");
  const table = /\| type \|[\s\S]*?\n\n/.exec(text)?.[0] ?? "";
  const cells = table.split("\n").map((line) => line.split("|")[1] ?? "");
  const named = cells.flatMap((cell) =>
    [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, type]) => type),
  );
  expect(named.sort()).toEqual([...EVENT_TYPES]);
});
