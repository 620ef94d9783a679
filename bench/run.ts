/**
 * `npm run bench`: measures auth-service beside its peers and beside the bare runtime, one server
 * at a time, and writes the figures into docs/performance.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "./build.ts";
import { estimate } from "./estimate.ts";
import { growth } from "./growth.ts";
import { DIMENSIONS } from "./growth-points.ts";
import { commit, machine } from "./machine.ts";
import { pinLoad } from "./measure/processes.ts";
import { type Context, runRounds } from "./measure/rounds.ts";
import { mix } from "./mix.ts";
import { onDisk } from "./on-disk.ts";
import { type Options, optionsOf, USAGE } from "./options.ts";
import { clock, progressTo } from "./progress.ts";
import { documented, readResults, writeDocument, writeReport } from "./report/document.ts";
import { tablesOf } from "./report/tables.ts";
import { summary } from "./report/terminal.ts";
import { conclusionOf } from "./report/voided.ts";
import { NOT_STARTED, type Results } from "./results.ts";
import { exitOnSignals, memoryDirectory, scratch } from "./scratch.ts";
import { chosen, WORKERS } from "./servers/all.ts";
import type { Server } from "./servers/server.ts";
import { startUp } from "./start-up.ts";

type Figures = Pick<Results, "rows" | "onDisk" | "mix" | "growth" | "startUp">;

const NOTHING: Figures = {
  rows: [],
  onDisk: [],
  mix: [],
  growth: [],
  startUp: NOT_STARTED,
};

/** Of the last run, whatever it measured and however far it came. */
const RAW = join(tmpdir(), "auth-service-bench.json");

/** As many points as show that growth is measured at all. */
const TWO_POINTS = DIMENSIONS.slice(0, 1).map((points) => points.slice(0, 2));

async function run(options: Options): Promise<void> {
  const { protocol, isQuick, only, out } = options;
  const servers = chosen(only);
  const seconds = estimate(servers, options);
  console.error(`${rowsOf(servers)} rows of ${servers.length} servers: some ${clock(seconds)} min`);
  console.error("rate limits, logs and telemetry are off everywhere");
  if (!isQuick && only === "") proveWritable(out);
  const root = scratch(memoryDirectory());
  const progress = progressTo(process.stderr, seconds);
  progress("bundles");
  const bundles = build(join(root, "bundles"), WORKERS);
  pinLoad(process.pid);

  const begun = { date: new Date().toISOString(), commit: commit(), machine: machine() };
  const resultsOf = (figures: Figures): Results => ({ ...begun, protocol, ...figures });
  const keep = (figures: Figures): void => {
    if (!isQuick) writeFileSync(RAW, JSON.stringify(resultsOf(figures)));
  };
  const context: Context = { protocol, bundles, root, progress };
  const results = resultsOf(await figures(servers, options, context, keep));
  progress("done\n");
  conclude(results, options, rowsOf(servers));
}

/** @param keep is given all figures so far after each stage: the next one may fail */
async function figures(
  servers: readonly Server[],
  { isQuick, only }: Options,
  context: Context,
  keep: (figures: Figures) => void,
): Promise<Figures> {
  let figures = NOTHING;
  const add = (more: Partial<Figures>): void => {
    figures = { ...figures, ...more };
    keep(figures);
  };
  add({ rows: await runRounds(servers, context) });
  if (only !== "") return figures;
  if (isQuick) {
    add({ growth: await growth(context, TWO_POINTS) });
    return figures;
  }
  add({ growth: await growth(context) });
  add({ mix: await mix(context) });
  add({ onDisk: await onDisk(context, scratch(tmpdir())) });
  add({ startUp: await startUp(context) });
  return figures;
}

function conclude(results: Results, { isQuick, only, out }: Options, rows: number): void {
  if (isQuick) console.log(`${rows} rows and ${results.growth.length} points of growth`);
  else {
    console.log(`${summary(results)}\n\nraw results: ${RAW}`);
    if (only === "") writeDocument(results, out);
  }
  const { lines, isComplete } = conclusionOf(results);
  console.log(lines.join("\n"));
  if (!isComplete) process.exitCode = 1;
}

/** @throws Error for a document that the figures could not be put into, an hour later */
function proveWritable(docs: string): void {
  const described = { date: "", commit: "", machine: machine(), protocol: optionsOf([]).protocol };
  documented(
    readFileSync(join(docs, "performance.md"), "utf8"),
    tablesOf({ ...described, ...NOTHING }),
  );
}

const rowsOf = (servers: readonly Server[]): number =>
  servers.reduce((sum, { operations }) => sum + operations.length, 0);

exitOnSignals();
try {
  const options = optionsOf(process.argv.slice(2));
  if (options.isHelp) console.log(USAGE);
  else if (options.isReport) writeReport(readResults(options.out), options.out);
  else await run(options);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
