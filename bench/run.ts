/**
 * `npm run bench`: measures auth-service beside its peers and beside the bare runtime, one server
 * at a time, and writes the figures into docs/performance.md.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "./build.ts";
import { DIMENSIONS, growth } from "./growth.ts";
import { commit, exitOnSignals, machine, memoryDirectory, pinLoad, scratch } from "./machine.ts";
import { type Context, runRounds } from "./measure/rounds.ts";
import { mix } from "./mix.ts";
import { estimate, type Options, optionsOf, USAGE } from "./options.ts";
import { proveWritable, readResults, writeDocument, writeReport } from "./report/document.ts";
import { summary } from "./report/tables.ts";
import { conclusionOf } from "./report/voided.ts";
import { type Figures, NOTHING, type Results } from "./results.ts";
import { chosen, WORKERS } from "./servers/all.ts";
import { onDisk, startUp } from "./start-up.ts";

/** Of the last run, whatever it measured and however far it came. */
const RAW = join(tmpdir(), "auth-service-bench.json");

async function run(options: Options): Promise<void> {
  const { protocol, isQuick, only, out } = options;
  const servers = chosen(only);
  const rows = servers.flatMap(({ operations }) => operations).length;
  const seconds = estimate(servers, options);
  const progress = (line: string) =>
    console.error(`${clock(process.uptime())} of some ${clock(seconds)}  ${line}`);
  progress(`${rows} rows of ${servers.length} servers; rate limits, logs, telemetry are off`);
  const begun = { date: new Date().toISOString(), commit: commit(), machine: machine(), protocol };
  if (!isQuick && only === "") proveWritable({ ...begun, ...NOTHING }, out);
  const root = scratch(memoryDirectory());
  const bundles = build(join(root, "bundles"), WORKERS);
  pinLoad();

  const context: Context = { protocol, bundles, root, progress };
  const results: Results = { ...begun, ...NOTHING };
  // What there is so far is kept: the next stage may fail.
  for await (const figures of stages(options, context)) {
    Object.assign(results, figures);
    if (!isQuick) writeFileSync(RAW, JSON.stringify(results));
  }
  if (isQuick) console.log(`${rows} rows and ${results.growth.length} points of growth`);
  else console.log(`${summary(results)}\n\nraw results: ${RAW}`);
  if (!isQuick && only === "") await writeDocument(results, out);
  const { lines, isComplete } = conclusionOf(results);
  console.log(lines.join("\n"));
  if (!isComplete) process.exitCode = 1;
}

async function* stages(
  { isQuick, only }: Options,
  context: Context,
): AsyncGenerator<Partial<Figures>> {
  yield { rows: await runRounds(chosen(only), context) };
  if (only !== "") return;
  // Of a quick run as many points as show that growth is measured at all.
  const [first] = DIMENSIONS;
  const two = first && [{ ...first, points: first.points.slice(0, 2) }];
  yield { growth: await growth(context, isQuick ? two : DIMENSIONS) };
  if (isQuick) return;
  yield { mix: await mix(context) };
  yield { onDisk: await onDisk(context) };
  yield { startUp: await startUp(context) };
}

/** `7:05` */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

exitOnSignals();
try {
  const options = optionsOf(process.argv.slice(2));
  if (options.isHelp) console.log(USAGE);
  else if (options.isReport) await writeReport(readResults(options.out), options.out);
  else await run(options);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
