import type { Results } from "../results.ts";
import type { Kind } from "../servers/server.ts";
import { byCpu, COMPARED, comparisonTable, measuredCells } from "./comparison-tables.ts";
import { cpuOf } from "./figures.ts";
import { left, markdownTable, median, number, right, shown, spread } from "./format.ts";
import { growthTable } from "./growth-table.ts";
import { limitRows } from "./limit-rows.ts";
import { machineTable, mixTable, startUpTable } from "./machine-tables.ts";
import type { Against } from "./ratios.ts";
import { type Target, targetsOf } from "./targets.ts";
import { ofRow, voidedLine } from "./voided.ts";

/** Markdown by the name of its marker; empty where nothing was measured. */
export type Tables = Readonly<Record<string, string>>;

export function tablesOf(results: Results): Tables {
  const kinds = Object.entries(COMPARED) as [Kind, string][];
  return {
    machine: machineTable(results),
    ...Object.fromEntries(kinds.map(([kind, name]) => [name, comparisonTable(results, kind)])),
    limits: partsTable(results),
    "against-limits": againstTable(results),
    targets: targetsTable(targetsOf(results)),
    mix: mixTable(results.mix),
    growth: growthTable(results),
    "start-up": startUpTable(results.startUp),
    "on-disk": onDiskTable(results),
  };
}

/** What the limits are summed from. */
function partsTable({ rows }: Results): string {
  const parts = byCpu(rows.filter(({ kind }) => kind === "part"));
  const latency = ["p50 / p99 ms, ten connections", "p50 / p99 ms, one connection"];
  const table = markdownTable(
    [...left("part"), ...right("CPU ms (min–max)", "operations/s", ...latency, "valid / void")],
    parts.map((row) => [
      row.operation,
      ...measuredCells(row),
      `${row.rounds.length} / ${row.voided.length}`,
    ]),
  );
  return [table, voidedLine(parts.map(ofRow))].filter(Boolean).join("\n\n");
}

function againstTable(results: Results): string {
  return markdownTable(
    [...left("operation", "its parts"), ...right("limit, CPU ms", "ours, CPU ms", "limit / ours")],
    limitRows(results).map(({ name, parts, against }) => [
      shown(name),
      parts,
      against.limit === null ? NOT_MEASURED : spread(against.limit),
      spread(against.ours),
      ratioOf(against),
    ]),
  );
}

const NOT_MEASURED = "not measured";

function ratioOf({ limit, ratio }: Against): string {
  if (limit === null) return NOT_MEASURED;
  return ratio === null ? "lost in the noise" : spread(ratio);
}

function targetsTable(targets: readonly Target[]): string {
  return markdownTable(
    [...left("target"), ...right("goal", "measured (rounds)"), ...left("verdict")],
    targets.map((target) => [
      target.name,
      `${target.bound === "at least" ? "≥" : "≤"} ${target.goal}`,
      measuredOf(target),
      verdictOf(target),
    ]),
  );
}

export const measuredOf = ({ measured, detail }: Target): string =>
  detail === undefined ? spread(measured) : `${spread(measured)}: ${detail}`;

/** A verdict of the medians that some rounds would have turned says so. */
export const verdictOf = ({ verdict, isClose }: Target): string =>
  isClose ? `${verdict}, but the rounds differ` : verdict;

/** The same rows with the storage on a disk, beside those of memory. */
function onDiskTable({ rows, onDisk }: Results): string {
  const table = markdownTable(
    [
      ...left("operation", "storage"),
      ...right("CPU ms (min–max)", "operations/s", "p50 / p99 ms, ten connections"),
      ...right("p50 / p99 ms, one connection", "CPU ms in memory", "CPU by memory"),
    ],
    onDisk.map((row) => {
      const same = rows.find(
        (each) => each.operation === row.operation && each.server === row.server,
      );
      const [disk, memory] = [cpuOf(row), same === undefined ? null : cpuOf(same)];
      const factor = disk === null || memory === null ? Number.NaN : disk.median / memory.median;
      return [
        row.operation,
        row.storage,
        ...measuredCells(row),
        median(memory, number),
        number(factor),
      ];
    }),
  );
  return [table, voidedLine(onDisk.map(ofRow))].filter(Boolean).join("\n\n");
}
