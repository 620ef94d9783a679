import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";

const SCRIPT = join(import.meta.dirname, "../load.ts");

test("CFW-08 under a flood of wrong passwords nothing fails, and nothing is lost", () => {
  const run = spawnSync(process.execPath, [SCRIPT, "--minutes", "0.4"], { encoding: "utf8" });
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
  const held = run.stdout.split("\n").filter((line) => line.startsWith("holds: "));
  assert.equal(held.length, 6, run.stdout);
});
