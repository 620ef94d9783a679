import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { createInstrumenter } from "@vitest/istanbul-lib-instrument";

const ROOT = join(import.meta.dirname, "../../..");
const MEASURED = ["src", "scripts"].map((name) => join(ROOT, name) + sep);
const VARIABLE = "__fuzzed__";

type Counters = Record<string, number | number[]>;
type FileCounters = Readonly<Record<"s" | "f" | "b" | "bT", Counters | undefined>>;

/**
 * From now on every file of the project's own code that is imported counts how often each statement,
 * function and branch was reached.
 */
export function countReached(): void {
  const instrumenter = createInstrumenter({
    coverageVariable: VARIABLE,
    esModules: true,
    reportLogic: true,
    produceSourceMap: false,
  });
  registerHooks({
    load(url, context, nextLoad) {
      const path = url.startsWith("file:") ? fileURLToPath(url) : "";
      if (!path.endsWith(".ts") || !MEASURED.some((folder) => path.startsWith(folder))) {
        return nextLoad(url, context);
      }
      const code = stripTypeScriptTypes(readFileSync(path, "utf8"));
      const source = instrumenter.instrumentSync(code, path);
      return { format: "module", source, shortCircuit: true };
    },
  });
}

/** Where a count stands. */
type Cell = { readonly counters: object; readonly key: string };

/**
 * Reads and clears the counters of what has been imported by now.
 *
 * @returns the features of one execution: which counter, and about how often
 */
export function reachedSince(): () => number[] {
  const files: Record<string, FileCounters> = Reflect.get(globalThis, VARIABLE) ?? {};
  const cells = Object.values(files).flatMap(({ s, f, b, bT }) =>
    [s, f, b, bT].flatMap((counters) => cellsOf(counters ?? {})),
  );
  return () => {
    const features: number[] = [];
    for (const [index, { counters, key }] of cells.entries()) {
      const count = Reflect.get(counters, key);
      if (count === 0) continue;
      features.push(index * BUCKETS + bucketOf(count));
      Reflect.set(counters, key, 0);
    }
    return features;
  };
}

const cellsOf = (counters: Counters): Cell[] =>
  Object.entries(counters).flatMap(([key, value]): Cell[] =>
    typeof value === "number"
      ? [{ counters, key }]
      : value.map((_, at) => ({ counters: value, key: String(at) })),
  );

const BUCKETS = 32;

/** 1, 2, 3, 4 to 7, 8 to 15 …: a loop that runs once more is nothing new. */
const bucketOf = (count: number): number => (count < 4 ? count : 2 + Math.floor(Math.log2(count)));
