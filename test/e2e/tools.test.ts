import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { documents } from "../support/documents.ts";

const ROOT = join(import.meta.dirname, "../..");

const exec = promisify(execFile);

const run = async (...args: readonly string[]): Promise<string> =>
  (await exec("npm", ["run", "-s", ...args], { cwd: ROOT })).stdout;

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

describe("npx wrangler", () => {
  const documented = documents().flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/npx wrangler ((?!d1 execute)[^`\n#]+)/g)].map(
      ([, command = ""]) => command,
    ),
  );
  /** What it does; what stands for a name or a value comes behind. */
  const verb = (command: string) => /^(?:[a-z\d][a-z\d-]*(?: |$))+/.exec(command)?.[0].trim() ?? "";
  const byVerb = [...Map.groupBy(documented, verb)];

  it("is documented", () => expect(byVerb.length).toBeGreaterThan(8));

  it.each(byVerb)("%s has the options that the documents give it", async (words, given) => {
    const { stdout: help } = await exec(
      "node_modules/.bin/wrangler",
      [...words.split(" "), "--help"],
      {
        cwd: ROOT,
      },
    );
    for (const [, option] of given.join("\n").matchAll(/--([a-z-]+)/g)) {
      expect(help).toMatch(new RegExp(`--${option}(?![\\w-])`));
    }
  });
});
