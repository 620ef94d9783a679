import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFileSync(path, "utf8");
const workflows = globSync(".github/workflows/*.yml");

/** What a job that holds an identity may run; `npm publish` builds the package first. */
const isBare = (command = ""): boolean =>
  /^(?:npm ci --ignore-scripts|node scripts\/prepare-publish\.ts|npm publish .*)$/.test(command);

describe.each(workflows)("%s", (path) => {
  it("runs no action but by its digest, beside which its version stands", () => {
    const used = [...read(path).matchAll(/^ *-? uses: (.*)$/gm)].map(([, what = ""]) => what);
    const foreign = used.filter((what) => !what.startsWith("./"));
    expect(foreign.filter((what) => !/^\S+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(what))).toEqual([]);
  });

  it("may read, and nothing else unless a job says so", () => {
    expect(read(path)).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  it("runs no test and no install script where it may publish", () => {
    const jobs = read(path).split(/^(?= {2}[\w-]+:$)/m);
    const trusted = jobs.filter((job) => job.includes("id-token: write"));
    const commands = trusted.flatMap((job) => [...job.matchAll(/^ *- run: (.*)$/gm)]);
    expect(commands.map(([, command]) => command).filter((one) => !isBare(one))).toEqual([]);
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

it("publish by a job of its own, after the tests and in an environment", () => {
  const [, job = ""] = read(".github/workflows/publish.yml").split(/^ {2}publish:$/m);
  expect(job).toMatch(/^ {4}needs: test$/m);
  expect(job).toMatch(/^ {4}environment: npm$/m);
  expect(job).toContain("id-token: write");
});
