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
import { diskProtocol, type Options, optionsOf, USAGE } from "./options.ts";
import { clock, progressTo } from "./progress.ts";
import { documented, writeDocument } from "./report/document.ts";
import { tablesOf } from "./report/tables.ts";
import { summary } from "./report/terminal.ts";
import type { Results } from "./results.ts";
import { exitOnSignals, memoryDirectory, scratch } from "./scratch.ts";
import { SERVERS, WORKERS } from "./servers/all.ts";
import type { Server } from "./servers/server.ts";
import { startUp } from "./start-up.ts";

type Figures = Pick<Results, "rows" | "onDisk" | "mix" | "growth" | "startUp">;

const NOT_STARTED: Results["startUp"] = {
  bundle: 0,
  bundleCompressed: 0,
  firstReply: [],
  firstSignIn: [],
  secondSignIn: [],
};

/** Of the last run, whatever it measured. */
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
  const context: Context = { protocol, bundles, root, progress };
  const results = { ...begun, protocol, ...(await figures(servers, options, context)) };
  progress("done\n");
  const missing = notMeasured(results);
  if (isQuick) console.log(`${rowsOf(servers)} rows and ${results.growth.length} points of growth`);
  else {
    writeFileSync(RAW, JSON.stringify(results)); // before anything that could fail
    console.log(`${summary(results)}\n\nraw results: ${RAW}`);
    if (only === "") writeDocument(results, out);
  }
  for (const name of missing) console.error(`no valid round: ${name}`);
  if (missing.length > 0) process.exitCode = 1;
  else console.log("every operation was measured, every reply of it as expected");
}

async function figures(
  servers: readonly Server[],
  { isQuick, only }: Options,
  context: Context,
): Promise<Figures> {
  const rows = await runRounds(servers, context);
  const rest = { rows, onDisk: [], mix: [], growth: [], startUp: NOT_STARTED };
  if (only !== "") return rest;
  if (isQuick) return { ...rest, growth: await growth(context, TWO_POINTS) };
  return {
    rows,
    growth: await growth(context),
    mix: await mix(context),
    onDisk: await onDisk(
      { ...context, protocol: diskProtocol(context.protocol) },
      scratch(tmpdir()),
    ),
    startUp: await startUp(context),
  };
}

/** @throws Error for a document that the figures could not be put into, an hour later */
function proveWritable(docs: string): void {
  const nothing = { rows: [], onDisk: [], mix: [], growth: [], startUp: NOT_STARTED };
  const described = { date: "", commit: "", machine: machine(), protocol: optionsOf([]).protocol };
  documented(
    readFileSync(join(docs, "performance.md"), "utf8"),
    tablesOf({ ...described, ...nothing }),
  );
}

/** A server whose name fits with all of its operations, of the others those that fit. */
function chosen(text: string): Server[] {
  const servers = SERVERS.map((server) => ({
    ...server,
    operations: server.operations.filter(
      ({ name }) => server.name.includes(text) || name.includes(text),
    ),
  })).filter(({ operations }) => operations.length > 0);
  if (servers.length === 0) throw new Error(`nothing is named "${text}"`);
  return servers;
}

const rowsOf = (servers: readonly Server[]): number =>
  servers.reduce((sum, { operations }) => sum + operations.length, 0);

function notMeasured({ rows, onDisk, mix, growth }: Results): string[] {
  return [
    ...[...rows, ...onDisk].map((row) => ({ ...row, name: `${row.server}: ${row.operation}` })),
    ...mix.map((row) => ({ ...row, name: `${row.operation} beside ${row.beside}` })),
    ...growth.map((row) => ({ ...row, name: `${row.dimension}, ${row.size}: ${row.operation}` })),
  ].flatMap(({ name, rounds }) => (rounds.length === 0 ? [name] : []));
}

exitOnSignals();
try {
  const options = optionsOf(process.argv.slice(2));
  if (options.isHelp) console.log(USAGE);
  else await run(options);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
