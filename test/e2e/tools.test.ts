import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

const run = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)("npm", ["run", "-s", ...args], { cwd: ROOT })).stdout;

it("npm run sim plays one history line by line, the same each time", async () => {
  const [once, again] = await Promise.all(
    [1, 2].map(() => run("sim", "--", "--seed", "4711", "--all")),
  );
  expect(once?.split("\n").length).toBeGreaterThan(50);
  expect(again).toBe(once);
});

it("npm run sim plays as many histories as it is asked to", async () => {
  expect(await run("sim", "--", "--seed", "1", "--runs", "12")).toMatch(/^12 histories/m);
});
