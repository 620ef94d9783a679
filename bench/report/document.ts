import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GrowthRow, MixRow, Results, StartUp } from "../results.ts";
import { plotsOf } from "./plots.ts";
import { type Tables, tablesOf } from "./tables.ts";

/**
 * The document with each table between its markers, `<!-- bench:NAME -->` and
 * `<!-- /bench:NAME -->`; what stands around them is not touched.
 *
 * @throws Error for a marker that is missing: its numbers would grow old unseen
 */
export function documented(text: string, tables: Tables): string {
  return Object.entries(tables).reduce((result, [name, table]) => {
    const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const start = result.indexOf(open);
    const end = result.indexOf(close, start);
    if (start === -1 || end === -1) throw new Error(`no markers ${open} and ${close}`);
    const body = table === "" ? "\n" : `\n\n${table}\n\n`;
    return `${result.slice(0, start + open.length)}${body}${result.slice(end)}`;
  }, text);
}

const documentOf = (docs: string): string => join(docs, "performance.md");

/** @throws Error for a document that the figures could not be put into, an hour later */
export function proveWritable(results: Results, docs: string): void {
  documented(readFileSync(documentOf(docs), "utf8"), tablesOf(results));
}

/** @param docs the directory of performance.md; plots go to performance/ in it */
export async function writeReport(results: Results, docs: string): Promise<void> {
  const path = documentOf(docs);
  // Before anything is written, so that a missing marker leaves all as it was.
  const text = documented(readFileSync(path, "utf8"), tablesOf(results));
  const plots = await plotsOf(results);
  mkdirSync(join(docs, "performance"), { recursive: true });
  writeFileSync(path, text);
  for (const [name, svg] of plots) writeFileSync(join(docs, "performance", `${name}.svg`), svg);
}

const rawFile = (docs: string): string => join(docs, "performance", "results.json");

/** The report, and the raw results beside its plots. */
export async function writeDocument(results: Results, docs: string): Promise<void> {
  await writeReport(results, docs);
  writeFileSync(rawFile(docs), `${JSON.stringify(results, null, 1)}\n`);
}

export const readResults = (docs: string): Results =>
  completed(JSON.parse(readFileSync(rawFile(docs), "utf8")));

type Voided = { readonly voided: readonly string[] };
type Older<T extends Voided> = Omit<T, "voided"> & Partial<Voided>;

/** What a run left behind; an older one did not count everything that was void. */
type Kept = Omit<Results, "mix" | "growth" | "startUp"> & {
  readonly mix: readonly Older<MixRow>[];
  readonly growth: readonly Older<GrowthRow>[];
  readonly startUp: Older<StartUp>;
};

export function completed({ mix, growth, startUp, ...others }: Kept): Results {
  return {
    ...others,
    mix: mix.map((row) => ({ ...row, voided: row.voided ?? [] })),
    growth: growth.map((row) => ({ ...row, voided: row.voided ?? [] })),
    startUp: { ...startUp, voided: startUp.voided ?? [] },
  };
}
