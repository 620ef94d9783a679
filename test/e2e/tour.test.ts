import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  copyProject,
  type DevServer,
  type ProjectCopy,
  startDevServer,
  toolEnv,
} from "../support/dev-server.ts";
import { codeOf } from "../support/totp.ts";

type Step = { readonly script: string; readonly expected: string };

/** Nothing on a terminal looks like it. */
const SEPARATOR = "\u001e";

let project: ProjectCopy;
let server: DevServer;

beforeAll(async () => {
  project = copyProject();
  server = await startDevServer(project.directory);
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

/** Pages whose commands go on where the tour ends, with its variables. */
const PAGES = ["docs/service-accounts.md", "docs/events.md", "docs/deploying.md"];

/** The commands of a document, each with the output that stands below it. */
function stepsOf(path: string): Step[] {
  const text = readFileSync(join(import.meta.dirname, "../..", path), "utf8");
  const blocks = [...text.matchAll(/^```(sh|text)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, kind, script = ""], at) => {
    if (kind !== "sh") return [];
    const next = blocks[at + 1];
    return [{ script, expected: next?.[1] === "text" ? (next[2] ?? "") : "" }];
  });
}

/** One shell runs all of it, as a reader's does. @returns what each step printed */
function run(steps: readonly Step[]): Promise<{ code: number | null; printed: string[] }> {
  const script = steps.map((step) => `${step.script}printf '\\036'\n`).join("");
  const shell = spawn("bash", ["-c", `set -euo pipefail\n${script}`], {
    cwd: project.directory,
    env: { ...toolEnv(project.directory), BASE: server.base },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  let isAnswered = false;
  shell.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    const [, secret] = /otpauth:\/\/totp\/.*secret=([A-Z2-7]+)/.exec(output) ?? [];
    if (secret === undefined || isAnswered) return;
    isAnswered = true;
    // What an authenticator shows now, and what it will show next.
    shell.stdin.end(`${codeOf(secret)}\n${codeOf(secret, 1)}\n`);
  });
  return new Promise((resolve, reject) => {
    shell.on("error", reject);
    shell.on("close", (code) => resolve({ code, printed: output.split(SEPARATOR) }));
  });
}

/** `…` stands for what differs from run to run. */
function pattern(expected: string): RegExp {
  const literal = expected.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join('[^"\n]+')}$`);
}

it("the tour of the README, and what other pages go on with, print what stands there", async () => {
  const steps = ["README.md", ...PAGES].flatMap(stepsOf);
  expect(steps.length).toBeGreaterThan(12);
  const { code, printed } = await run(steps);
  for (const [at, { script, expected }] of steps.entries()) {
    expect(printed[at], script).toMatch(pattern(expected));
  }
  expect(code).toBe(0);
});
