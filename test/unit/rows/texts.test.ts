import { expect, it } from "vitest";
import { texts } from "../../../src/persistence/d1/rows.ts";

it("a column of texts is read sorted", () => {
  expect(texts.parse('["user","admin"]')).toEqual(["admin", "user"]);
});

it.each(['[{"toString":1}]', "[null]", "[1]", '{"0":"user"}', "", "["])(
  "a column of texts that holds %s is refused, not guessed at",
  (json) => {
    expect(texts.safeParse(json).success).toBe(false);
  },
);
