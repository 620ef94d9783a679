import type { Measured } from "../measure/load.ts";
import type { Duration, MixRow, Results, Round, Row, StartUp } from "../results.ts";
import { fastifySqlite } from "../servers/fastify-sqlite.ts";
import type { Kind } from "../servers/server.ts";
import {
  cpuOf,
  fieldOf,
  figuresOf,
  isOurs,
  limitRows,
  slowestToo,
  spreadOrNull,
} from "./figures.ts";
import { count, markdownTable, median, number, rate, shown, spread } from "./format.ts";
import { curvesOf, rise, type Target, targetsOf } from "./targets.ts";
import { type Counted, ofGrowth, ofMix, ofRow, ofStarts, voidedLine } from "./voided.ts";

/** The kinds that compare servers; each has a table and a plot of this name. */
export const COMPARED = {
  "sign-up": "sign-up",
  "sign-in": "sign-in",
  refresh: "refresh",
  "check, stateless": "check-stateless",
  "check, stateful": "check-stateful",
  introspection: "introspection",
  "key set": "key-set",
  refusal: "refusal",
} as const satisfies Record<Exclude<Kind, "part">, string>;

/** Markdown by the name of its marker; empty where nothing was measured. */
export type Tables = Readonly<Record<string, string>>;

export function tablesOf(results: Results): Tables {
  const { rows, mix, growth, startUp, onDisk } = results;
  const parts = rows.filter(({ kind }) => kind === "part");
  const kinds = Object.entries(COMPARED) as [Kind, string][];
  const compared = kinds.map(([kind, name]) => [name, comparisonTable(rows, kind)]);
  return {
    machine: machineTable(results),
    ...Object.fromEntries(compared),
    limits: withVoided(partsTable(parts), parts.map(ofRow)),
    "against-limits": againstTable(results),
    targets: targetsTable(targetsOf(results)),
    mix: withVoided(mixTable(mix), mix.map(ofMix)),
    growth: withVoided(growthTable(results), growth.map(ofGrowth)),
    "start-up": withVoided(startUpTable(startUp), [ofStarts(startUp)]),
    "on-disk": withVoided(onDiskTable(rows, onDisk), onDisk.map(ofRow)),
  };
}

const withVoided = (table: string, counted: readonly Counted[]): string =>
  [table, voidedLine(counted)].filter(Boolean).join("\n\n");

const MEASURED = [
  "CPU ms (min–max):",
  "operations/s:",
  "p50 / p99 ms, ten connections:",
  "p50 / p99 ms, one connection:",
];

function measuredCells(row: Row): string[] {
  if (row.rounds.length === 0) return MEASURED.map(() => "void");
  const of = (load: keyof Round, field: keyof Measured) =>
    fieldOf(
      row.rounds.map((round) => round[load]),
      field,
    );
  const latency = (load: keyof Round) => `${median(of(load, "p50"))} / ${median(of(load, "p99"))}`;
  const perSecond = median(of("throughput", "rate"), rate);
  return [spread(cpuOf(row)), perSecond, latency("throughput"), latency("latency")];
}

const counts = ({ rounds, voided }: Row): string => `${rounds.length} / ${voided.length}`;

function byCpu(rows: readonly Row[]): Row[] {
  const cpu = (row: Row): number => cpuOf(row)?.median ?? Number.MAX_VALUE;
  return rows.toSorted((a, b) => cpu(a) - cpu(b));
}

/** Every server's row of a kind, the least CPU time first. */
function comparisonTable(all: readonly Row[], kind: Kind): string {
  const rows = byCpu(all.filter((row) => row.kind === kind));
  const about = ["server", "runtime", "operation", "storage", "requests:"];
  const table = markdownTable(
    [...about, ...MEASURED, "valid / void:", "CPU by ours:"],
    rows.map((row) => [
      isOurs(row) ? `**${row.server}**` : row.server,
      row.runtime,
      `${shown(row.operation)}<br>\`${row.request}\``,
      row.storage,
      String(row.requests),
      ...measuredCells(row),
      counts(row),
      byOurs(row, all),
    ]),
  );
  const footnote = rows.every(isOurs) ? "" : footnoteOf(all, kind);
  return withVoided([table, footnote].filter(Boolean).join("\n\n"), rows.map(ofRow));
}

/** What our sign-in is called by the engine of its hash: as it ships, and as others hash. */
const SHIPPED = "sign-in, noble";
const EQUAL = "sign-in, node:crypto";

const hashesEqually = ({ server }: Row): boolean =>
  server.includes("equal hash") || server === fastifySqlite.name;

/**
 * The row of ours that a row is compared with: of sign-ins the one whose hash does as much work,
 * else ours of the same operation, where there is one, or our first of the kind.
 */
function referenceOf(row: Row, rows: readonly Row[]): Row | undefined {
  const ofOurs = rows.filter((each) => each.kind === row.kind && isOurs(each));
  const named = (name: string) => ofOurs.find(({ operation }) => operation === name);
  if (row.kind === "sign-in") return named(hashesEqually(row) ? EQUAL : SHIPPED);
  return (isOurs(row) ? undefined : named(row.operation)) ?? ofOurs[0];
}

function byOurs(row: Row, rows: readonly Row[]): string {
  const reference = referenceOf(row, rows);
  const [cpu, ofOurs] = [cpuOf(row), reference === undefined ? null : cpuOf(reference)];
  return cpu === null || ofOurs === null ? "—" : `${number(cpu.median / ofOurs.median)} ×`;
}

function footnoteOf(rows: readonly Row[], kind: Kind): string {
  if (kind === "sign-in") {
    return `CPU by ours: rows as shipped, and our own, against “${SHIPPED}”, which is how ours ships; rows at equal hash, which ${fastifySqlite.name} has of itself, against “${EQUAL}”.`;
  }
  const first = rows.find((row) => row.kind === kind && isOurs(row));
  return first === undefined
    ? ""
    : `CPU by ours: against “${shown(first.operation)}”, or against our operation of the same name.`;
}

/** What the limits are summed from. */
const partsTable = (parts: readonly Row[]): string =>
  markdownTable(
    ["part", ...MEASURED, "valid / void:"],
    byCpu(parts).map((row) => [row.operation, ...measuredCells(row), counts(row)]),
  );

const NOT_MEASURED = "not measured";

const againstTable = (results: Results): string =>
  markdownTable(
    ["operation", "its parts", "limit, CPU ms:", "ours, CPU ms:", "limit / ours:"],
    limitRows(results).map(({ name, parts, against: { limit, ours, ratio } }) => [
      shown(name),
      parts,
      limit === null ? NOT_MEASURED : spread(limit),
      spread(ours),
      limit === null ? NOT_MEASURED : ratio === null ? "lost in the noise" : spread(ratio),
    ]),
  );

const targetsTable = (targets: readonly Target[]): string =>
  markdownTable(
    ["target", "goal:", "measured (rounds):", "verdict"],
    targets.map(({ name, bound, goal, measured, detail, verdict, isClose }) => [
      name,
      `${bound === "at least" ? "≥" : "≤"} ${goal}`,
      detail === undefined ? spread(measured) : `${spread(measured)}: ${detail}`,
      // Some rounds would have turned a verdict of the medians.
      isClose ? `${verdict}, but the rounds differ` : verdict,
    ]),
  );

/** What ran, where, how often and how long. */
function machineTable({ date, commit, machine, protocol }: Results): string {
  const seconds = (duration: Duration): string =>
    `${duration.measured} s after ${duration.warmUp} s of warming up`;
  const { rounds, connections, part, hash, latency, growth, mix, disk } = protocol;
  return markdownTable(
    ["what", "value"],
    [
      ["date, commit", `${date}, \`${commit}\``],
      ["processor", `${machine.cpu}, ${machine.cores} cores`],
      ["memory", machine.memory],
      ["kernel", machine.kernel],
      ["runtimes", `Node ${machine.node}, workerd ${machine.workerd}`],
      ["rounds", `${rounds}, the servers in a new order each time`],
      ["throughput, CPU", `${connections} connections, ${seconds(protocol)}`],
      ["the same of the parts", `${connections} connections, ${seconds(part)}`],
      ...(hash === undefined ? [] : [["of the hashes among them", seconds(hash)]]),
      ["latency", `1 connection, ${seconds(latency)}`],
      ["growth", `${growth.rounds} rounds, ${seconds(growth)}`],
      ...(mix === undefined ? [] : [["mix", `${rounds} rounds, ${seconds(mix)}`]]),
      ...(disk === undefined ? [] : [["on disk", `${disk.rounds} rounds, ${seconds(protocol)}`]]),
    ],
  );
}

/** What a check and a refresh wait for while others sign in. */
function mixTable(mix: readonly MixRow[]): string {
  // Sign-ins go on for a while when the others have stopped, so they have no rate to be shown.
  const measured = mix.filter(({ operation }) => operation !== "sign-in");
  const operations = [...new Set(measured.map(({ operation }) => operation))];
  const columns = operations.flatMap((name) => [
    `${name}: p50 ms:`,
    `${name}: p99 ms (min–max):`,
    `${name}: a second:`,
  ]);
  const cells = (rows: readonly MixRow[]) => (operation: string) => {
    const rounds = rows.find((row) => row.operation === operation)?.rounds ?? [];
    const field = (name: keyof Measured) => slowestToo(rounds, name);
    return [median(field("p50")), spread(field("p99")), median(field("rate"), rate)];
  };
  const byNeighbour = [...Map.groupBy(measured, ({ beside }) => beside)];
  return markdownTable(
    ["beside", ...columns],
    byNeighbour.map(([beside, rows]) => [beside, ...operations.flatMap(cells(rows))]),
  );
}

/** A table for each thing that grows: CPU milliseconds, size by size. */
function growthTable(results: Results): string {
  const figures = figuresOf(results);
  const dimensions = Map.groupBy(curvesOf(results.growth), ({ dimension }) => dimension);
  const tables = [...dimensions].map(([dimension, curves]) => {
    const all = curves.flatMap(({ points }) => points.map(({ size }) => size));
    const sizes = [...new Set(all)].sort((a, b) => a - b);
    return markdownTable(
      [
        `CPU ms (min–max) by ${dimension}`,
        ...sizes.map((size) => `${count(size)}:`),
        "highest by first (rounds):",
      ],
      curves.map((curve) => [
        curve.operation,
        ...sizes.map((size) => {
          const point = curve.points.find((each) => each.size === size);
          if (point === undefined) return "";
          const cpu = spreadOrNull(point.rounds.map((round) => round.cpu));
          return cpu === null ? "void" : spread(cpu);
        }),
        spread(rise(curve, figures)),
      ]),
    );
  });
  return tables.join("\n\n");
}

function startUpTable(startUp: StartUp): string {
  const { firstReply, firstSignIn, secondSignIn, bundle, bundleCompressed } = startUp;
  if (firstReply.length === 0) return "";
  const bytes = (value: number): string => `${(value / 1_024).toFixed(1)} KiB`;
  const times = (what: string, values: readonly number[]) => [
    what,
    spread(spreadOrNull(values)),
    String(values.length),
  ];
  return markdownTable(
    ["what", "median (min–max):", "starts:"],
    [
      ["bundle", bytes(bundle), ""],
      ["bundle, compressed", bytes(bundleCompressed), ""],
      times("from the start of the process to the first reply, ms", firstReply),
      times("first sign-in, which makes the first signing key, ms", firstSignIn),
      times("the sign-in after it, ms", secondSignIn),
    ],
  );
}

/** The same rows with the storage on a disk, beside those of memory. */
const onDiskTable = (rows: readonly Row[], onDisk: readonly Row[]): string =>
  markdownTable(
    ["operation", "storage", ...MEASURED, "CPU ms in memory:", "CPU by memory:"],
    onDisk.map((row) => {
      const { operation, server, storage } = row;
      const same = rows.find((each) => each.operation === operation && each.server === server);
      const [disk, memory] = [cpuOf(row), same === undefined ? null : cpuOf(same)];
      const factor = disk === null || memory === null ? Number.NaN : disk.median / memory.median;
      return [operation, storage, ...measuredCells(row), median(memory), number(factor)];
    }),
  );

/** What whoever ran it sees at the end: a line a row, kind by kind, then the targets. */
export function summary(results: Results): string {
  const kinds = Map.groupBy(byCpu(results.rows), ({ kind }) => kind);
  const lines = [...kinds].flatMap(([kind, rows]) => [
    kind.toUpperCase(),
    ...rows.map((row) => {
      const name = `  ${row.server}: ${shown(row.operation)}`.padEnd(60);
      const cells = row.rounds.length === 0 ? ["void"] : measuredCells(row);
      return [name, ...cells.map((cell) => cell.padStart(20)), counts(row).padStart(8)].join("");
    }),
  ]);
  return `${lines.join("\n")}\n\n${targetsTable(targetsOf(results))}`;
}
