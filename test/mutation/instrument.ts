import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Part } from "./subjects.ts";
import { ROOT, workOf } from "./work.ts";

export const CONFIG = join(import.meta.dirname, "vitest.config.ts");

/** Lines and columns from 0. */
type Position = { readonly line: number; readonly column: number };

/** One change of the code, which the instrumented code makes while it is the active one. */
export type Mutant = {
  readonly id: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: { readonly start: Position; readonly end: Position };
};

type Source = { readonly name: string; readonly mutate: true; readonly content: string };

/** What of Stryker's instrumenter is used here; its packages are no part of the root's install. */
type Instrumenter = {
  instrument(
    files: readonly Source[],
    options: object,
  ): Promise<{
    readonly files: readonly { readonly name: string; readonly content: string }[];
    readonly mutants: readonly (Omit<Mutant, "file"> & { readonly fileName: string })[];
  }>;
};
type Injector = {
  provideValue(token: string, value: unknown): Injector;
  injectFunction<T>(make: (injector: Injector) => T): T;
};

async function instrumenter(): Promise<Instrumenter> {
  const [inject, plugins, stryker] = [
    "typed-inject",
    "@stryker-mutator/api/plugin",
    "@stryker-mutator/instrumenter",
  ];
  const { createInjector }: { createInjector(): Injector } = await import(inject);
  const { commonTokens }: { commonTokens: { logger: string } } = await import(plugins);
  const { createInstrumenter }: { createInstrumenter: (injector: Injector) => Instrumenter } =
    await import(stryker);
  const nothing = () => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, isDebugEnabled: () => false };
  return createInjector()
    .provideValue(commonTokens.logger, logger)
    .injectFunction(createInstrumenter);
}

/** Writes a part's files with all their mutants in them, each asleep, to its working directory. */
export async function instrument(part: Part): Promise<readonly Mutant[]> {
  const names = part.files.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort();
  const sources = names.map((name) => {
    const content = readFileSync(join(ROOT, name), "utf8");
    return { name, mutate: true as const, content };
  });
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false };
  const { files, mutants } = await (await instrumenter()).instrument(sources, options);
  for (const { name, content } of files) {
    const to = join(workOf(part.name), "instrumented", name);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, content);
  }
  const texts = new Map(sources.map(({ name, content }) => [name, content.split("\n")]));
  return mutants
    .map(({ fileName, ...mutant }) => ({ ...mutant, file: fileName }))
    .filter((mutant) => !isForTheLog(mutant, texts.get(mutant.file) ?? []));
}

/** What an outage or a mistake is called in the log: nothing decides by it. */
function isForTheLog({ mutatorName, location: { start } }: Mutant, lines: readonly string[]) {
  const before = lines[start.line]?.slice(0, start.column) ?? "";
  return mutatorName === "StringLiteral" && /new (?:Unavailable|Impossible)\($/.test(before);
}
