import { spawn } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { tryConstants } from "./constants.ts";
import { CONFIG, instrument, type Mutant } from "./instrument.ts";
import { type Entry, entriesOf, note } from "./journal.ts";
import type { Part } from "./subjects.ts";
import { ROOT, VITEST, workOf } from "./work.ts";

/** Milliseconds without a line in the journal after which the process of the tests is given up. */
const SILENCE = 120_000;

export type Status = "killed" | "endless" | "survived" | "unreached" | "loaded";
export type Tried = Mutant & { readonly status: Status };

export type Outcome = { readonly mutants: readonly Tried[]; readonly unsound: readonly string[] };

/** Tries every mutant of a part with the unit tests that reach it. */
export async function tryMutants(part: Part): Promise<Outcome> {
  const work = workOf(part.name);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const mutants = await instrument(part);
  const journal = join(work, "journal.jsonl");
  writeFileSync(journal, "");
  Object.assign(process.env, {
    MUTATION_TESTS: part.tests.join(),
    MUTATION_EXCLUDE: [...part.exclude, process.env["MUTATION_SKIP"] ?? ""].join(),
    MUTATION_SOURCES: join(work, "instrumented"),
  });
  while (!(await runTests(journal))) {
    const last = entriesOf(journal).findLast((entry) => entry.kind === "trying");
    if (last === undefined) throw new Error(`the tests of ${part.name} do not start`);
    note(journal, { ...last, kind: "endless" });
  }
  const { mutants: tried, unsound } = outcomeOf(mutants, entriesOf(journal));
  const killed = await tryConstants(tried.filter(({ status }) => status === "loaded"));
  const settled = tried.map((one): Tried => {
    if (one.status !== "loaded") return one;
    return { ...one, status: killed.has(one.id) ? "killed" : "survived" };
  });
  return { mutants: settled, unsound };
}

/** @returns false when it hung, or went down with a mutant that took all memory, say */
function runTests(journal: string): Promise<boolean> {
  const child = spawn(process.execPath, [VITEST, "run", "--config", CONFIG, "--reporter=dot"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, MUTATION_JOURNAL: journal },
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    const watch = setInterval(() => {
      if (Date.now() - statSync(journal).mtimeMs < SILENCE || child.pid === undefined) return;
      isGivenUp = true;
      process.kill(-child.pid, "SIGKILL");
    }, 5_000);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearInterval(watch);
      resolve(!isGivenUp && code === 0);
    });
  });
}

function outcomeOf(mutants: readonly Mutant[], entries: readonly Entry[]): Outcome {
  const ids: Record<"killed" | "endless" | "reached" | "loaded", Set<string>> = {
    killed: new Set(),
    endless: new Set(),
    reached: new Set(),
    loaded: new Set(),
  };
  const unsound: string[] = [];
  for (const entry of entries) {
    if (entry.kind === "unsound") unsound.push(entry.test);
    else if ("mutants" in entry) for (const id of entry.mutants) ids[entry.kind].add(id);
    else if (entry.kind !== "trying") ids[entry.kind].add(entry.mutant);
  }
  const statusOf = ({ id }: Mutant): Status => {
    if (ids.killed.has(id)) return "killed";
    if (ids.endless.has(id)) return "endless";
    if (ids.reached.has(id)) return "survived";
    return ids.loaded.has(id) ? "loaded" : "unreached";
  };
  return { mutants: mutants.map((one) => ({ ...one, status: statusOf(one) })), unsound };
}
