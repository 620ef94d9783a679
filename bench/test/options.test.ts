import assert from "node:assert/strict";
import { test } from "node:test";
import { estimate, optionsOf } from "../options.ts";
import { chosen } from "../servers/all.ts";

const namesOf = (text: string) =>
  chosen(text).flatMap(({ name, operations }) =>
    operations.map((operation) => `${name}: ${operation.name}`),
  );

test("what a full run leaves out can be named", () => {
  const leftOut = "better-auth: check of a JWT by jose";
  assert.ok(!namesOf("").includes(leftOut));
  assert.deepEqual(namesOf("check of a JWT by jose"), [leftOut]);
  assert.ok(namesOf("better-auth").includes(leftOut));
});

test("a name that nothing has is refused", () => {
  assert.throws(() => chosen("no such operation"), /nothing is named/);
});

test("a full run is done within the hour, and a quick one in two minutes", () => {
  assert.ok(estimate(chosen(""), optionsOf([])) < 3_600);
  assert.ok(estimate(chosen(""), optionsOf(["--quick"])) < 120);
});

test("a report measures nothing, so it takes none of the options that do", () => {
  assert.equal(optionsOf(["--report", "--out", "elsewhere"]).isReport, true);
  for (const other of [["--quick"], ["--only", "refresh"], ["--rounds", "1"]]) {
    assert.throws(() => optionsOf(["--report", ...other]), /measures nothing/);
  }
});
