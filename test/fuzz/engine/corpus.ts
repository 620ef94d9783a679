import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./campaign.ts";

const FOLDER = join(import.meta.dirname, "..");
const CORPUS = join(FOLDER, "corpus");
const TARGETS = join(FOLDER, "targets");

/** A parser's property, and what to begin with. */
export type FuzzTarget = {
  /** One of each kind that the parser takes. */
  readonly seeds: readonly string[];
  /** UTF-16 code units of the longest input. */
  readonly maxLength: number;
  readonly holds: Target;
};

/**
 * The inputs of a target: `inputs` reach all that was ever reached, `finds` once broke something.
 * A JSON string a line, ASCII alone, so that a diff shows what is in them.
 */
export type Inputs = "inputs" | "finds";

export const targetNames = (): string[] =>
  readdirSync(TARGETS).map((file) => file.replace(/\.ts$/, ""));

export async function loadTarget(name: string): Promise<FuzzTarget> {
  if (!targetNames().includes(name)) {
    throw new Error(`no target ${name}; there are ${targetNames().join(", ")}`);
  }
  const { target }: { target: FuzzTarget } = await import(`../targets/${name}.ts`);
  return target;
}

const fileOf = (name: string, kind: Inputs): string => join(CORPUS, name, `${kind}.jsonl`);

export function readInputs(name: string, kind: Inputs): string[] {
  const file = fileOf(name, kind);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): string => JSON.parse(line));
}

export function writeInputs(name: string, kind: Inputs, inputs: readonly string[]): void {
  mkdirSync(join(CORPUS, name), { recursive: true });
  const lines = [...new Set(inputs)].map((input) => `${asciiJson(input)}\n`);
  writeFileSync(fileOf(name, kind), lines.join(""));
}

const asciiJson = (text: string): string =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
