import type { Measured } from "../measure/load.ts";
import type { Results, Round, Row } from "../results.ts";
import type { Kind } from "../servers/server.ts";
import { cpuOf, isOurs, spreadOrNull } from "./figures.ts";
import { left, markdownTable, median, number, rate, right, spread } from "./format.ts";

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

const VOID = "void";

const COLUMNS = [
  ...left("server", "runtime", "operation", "storage"),
  ...right("requests", "CPU ms (min–max)", "operations/s", "p50 / p99 ms, ten connections"),
  ...right("p50 / p99 ms, one connection", "valid / void", "CPU by ours"),
];

/** Every server's row of a kind, the least CPU time first. */
export function comparisonTable(results: Results, kind: Kind): string {
  const rows = byCpu(results.rows.filter((row) => row.kind === kind));
  const reference = rows.length === 0 ? undefined : firstOfOurs(results, kind);
  const table = markdownTable(
    COLUMNS,
    rows.map((row) => [
      isOurs(row) ? `**${row.server}**` : row.server,
      row.runtime,
      `${row.operation}<br>\`${row.request}\``,
      row.storage,
      String(row.requests),
      ...measuredCells(row),
      `${row.rounds.length} / ${row.voided.length}`,
      byOurs(row, results.rows, reference),
    ]),
  );
  return [table, footnote(rows, reference), voidedOf(rows)].filter(Boolean).join("\n\n");
}

export function byCpu(rows: readonly Row[]): Row[] {
  const cpu = (row: Row): number => cpuOf(row)?.median ?? Number.MAX_VALUE;
  return rows.toSorted((a, b) => cpu(a) - cpu(b));
}

/** The row that a kind's others are compared with, as `servers/` orders them. */
const firstOfOurs = ({ rows }: Results, kind: Kind): Row | undefined =>
  rows.find((row) => row.kind === kind && isOurs(row));

/** A peer's row meets our row of the same operation, where there is one. */
function byOurs(row: Row, rows: readonly Row[], first: Row | undefined): string {
  const isSame = (each: Row): boolean => isOurs(each) && each.operation === row.operation;
  const reference = isOurs(row) ? first : (rows.find(isSame) ?? first);
  const [cpu, ofOurs] = [cpuOf(row), reference === undefined ? null : cpuOf(reference)];
  return cpu === null || ofOurs === null ? "—" : `${number(cpu.median / ofOurs.median)} ×`;
}

const footnote = (rows: readonly Row[], reference: Row | undefined): string =>
  reference === undefined || rows.every(isOurs)
    ? ""
    : `CPU by ours: against “${reference.operation}”, or against our operation of the same name.`;

/** CPU, rate, and latency at ten connections and at one. */
export function measuredCells(row: Row): string[] {
  if (row.rounds.length === 0) return [VOID, VOID, VOID, VOID];
  return [
    spread(cpuOf(row)),
    median(of(row, "throughput", "rate"), rate),
    latency(row, "throughput"),
    latency(row, "latency"),
  ];
}

const of = ({ rounds }: Row, load: keyof Round, field: keyof Measured) =>
  spreadOrNull(rounds.map((round) => round[load][field]));

const latency = (row: Row, load: keyof Round): string =>
  `${median(of(row, load, "p50"))} / ${median(of(row, load, "p99"))}`;

/** Why rounds were thrown away, each reason once. */
export function voidedOf(rows: readonly Row[]): string {
  const reasons = rows.flatMap((row) =>
    [...new Set(row.voided)].map((reason) => `${row.server}, ${row.operation}: ${inCode(reason)}`),
  );
  return reasons.length === 0 ? "" : `Void: ${reasons.join("; ")}.`;
}

const inCode = (text: string): string =>
  `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ").slice(0, 120)}\``;
