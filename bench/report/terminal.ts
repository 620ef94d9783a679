import type { Results, Row } from "../results.ts";
import { byCpu } from "./comparison-tables.ts";
import { cpuOf, fieldOf } from "./figures.ts";
import { median, rate, shown, spread } from "./format.ts";
import { measuredOf, verdictOf } from "./tables.ts";
import { type Target, targetsOf } from "./targets.ts";

/** What whoever ran it sees at the end: a line a row, kind by kind, then the targets. */
export function summary(results: Results): string {
  const kinds = Map.groupBy(results.rows, ({ kind }) => kind);
  const titles = ["", "CPU ms (min–max)", "ops/s", "p50 / p99 ms", "valid/void"];
  const blocks = [...kinds].map(([kind, rows]) => [[kind.toUpperCase()], ...byCpu(rows).map(line)]);
  const targets = [["TARGETS"], ...targetsOf(results).map(targetLine)];
  return [aligned([titles, ...blocks.flat()], "right"), aligned(targets, "left")].join("\n\n");
}

function line(row: Row): string[] {
  const name = row.kind === "part" ? row.operation : `${row.server}: ${shown(row.operation)}`;
  const counts = `${row.rounds.length}/${row.voided.length}`;
  if (row.rounds.length === 0) return [`  ${name}`, "void", "", "", counts];
  const rounds = row.rounds.map(({ throughput }) => throughput);
  const field = (name: "rate" | "p50" | "p99") => fieldOf(rounds, name);
  const latency = `${median(field("p50"))} / ${median(field("p99"))}`;
  return [`  ${name}`, spread(cpuOf(row)), median(field("rate"), rate), latency, counts];
}

const targetLine = (target: Target): string[] => [
  `  ${target.name}`,
  `${target.bound} ${target.goal}`,
  verdictOf(target),
  measuredOf(target),
];

/** The first column is always to the left. */
function aligned(rows: readonly (readonly string[])[], others: "left" | "right"): string {
  const width = (column: number): number =>
    Math.max(...rows.map((cells) => (cells.length === 1 ? 0 : (cells[column]?.length ?? 0))));
  return rows
    .map((cells) =>
      cells
        .map((cell, i) =>
          i === 0 || others === "left" ? cell.padEnd(width(i)) : cell.padStart(width(i)),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
