import type { Measured } from "../measure/load.ts";
import type { Results, Round, Row } from "../results.ts";
import { fastifySqlite } from "../servers/fastify-sqlite.ts";
import type { Kind } from "../servers/server.ts";
import { cpuOf, fieldOf, isOurs } from "./figures.ts";
import { left, markdownTable, median, number, rate, right, shown, spread } from "./format.ts";
import { ofRow, voidedLine } from "./voided.ts";

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
  const table = markdownTable(
    COLUMNS,
    rows.map((row) => [
      isOurs(row) ? `**${row.server}**` : row.server,
      row.runtime,
      `${shown(row.operation)}<br>\`${row.request}\``,
      row.storage,
      String(row.requests),
      ...measuredCells(row),
      `${row.rounds.length} / ${row.voided.length}`,
      byOurs(row, results.rows),
    ]),
  );
  const footnote = rows.every(isOurs) ? "" : footnoteOf(results.rows, kind);
  return [table, footnote, voidedLine(rows.map(ofRow))].filter(Boolean).join("\n\n");
}

export function byCpu(rows: readonly Row[]): Row[] {
  const cpu = (row: Row): number => cpuOf(row)?.median ?? Number.MAX_VALUE;
  return rows.toSorted((a, b) => cpu(a) - cpu(b));
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
  fieldOf(
    rounds.map((round) => round[load]),
    field,
  );

const latency = (row: Row, load: keyof Round): string =>
  `${median(of(row, load, "p50"))} / ${median(of(row, load, "p99"))}`;
