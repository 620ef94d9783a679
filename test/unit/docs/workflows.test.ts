import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFileSync(path, "utf8");
const workflows = globSync(".github/workflows/*.yml");

describe.each(workflows)("%s", (path) => {
  it("runs no action but by its digest, beside which its version stands", () => {
    const used = [...read(path).matchAll(/^ *-? uses: (.*)$/gm)].map(([, what = ""]) => what);
    const foreign = used.filter((what) => !what.startsWith("./"));
    expect(foreign.filter((what) => !/^\S+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(what))).toEqual([]);
  });

  it("may read, and nothing else unless a job says so", () => {
    expect(read(path)).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  it("runs npm commands that exist", () => {
    const { scripts }: { scripts: object } = JSON.parse(read("package.json"));
    const named = [...read(path).matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it("look for known vulnerabilities every week, in what is deployed", () => {
  const text = read(".github/workflows/dependencies.yml");
  expect(text).toMatch(/cron: "\d+ \d+ \* \* \d"/);
  expect(text).toMatch(/run: npm audit --omit=dev$/m);
});
