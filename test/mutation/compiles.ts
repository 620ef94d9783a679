import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Mutant } from "./instrument.ts";
import { ROOT, workOf } from "./work.ts";

const COPY = workOf("types");

/**
 * Those that the compiler accepts. The others, such as a code that is no code, could never be
 * committed, so they say nothing of the tests.
 *
 * Each is a copy of its file beside it, so that one run of the compiler judges them all.
 */
export function compiling<M extends Mutant>(mutants: readonly M[]): M[] {
  if (mutants.length === 0) return [];
  rmSync(COPY, { recursive: true, force: true });
  cpSync(join(ROOT, "src"), join(COPY, "src"), { recursive: true });
  const files = mutants.map((mutant, index) => {
    const file = mutant.file.replace(/\.ts$/, `.mutant-${index}.ts`);
    writeFileSync(join(COPY, file), planted(readFileSync(join(ROOT, mutant.file), "utf8"), mutant));
    return file;
  });
  const complaints = complaintsAbout(files);
  return mutants.filter((_, index) => !complaints.has(files[index] ?? ""));
}

/** The source with the mutant in it. */
function planted(source: string, { location, replacement }: Mutant): string {
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = ({ line, column }: Mutant["location"]["start"]) => (starts[line] ?? 0) + column;
  return source.slice(0, offset(location.start)) + replacement + source.slice(offset(location.end));
}

function complaintsAbout(files: readonly string[]): Set<string> {
  const config = {
    extends: "../../../tsconfig.json",
    // What a mutant leaves unused or unreachable is no error of types.
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      allowUnreachableCode: true,
    },
    include: [],
    files,
  };
  writeFileSync(join(COPY, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", "."], {
    cwd: COPY,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return new Set([...stdout.matchAll(/^(\S+?)\(\d+,\d+\): error/gm)].map(([, file = ""]) => file));
}
