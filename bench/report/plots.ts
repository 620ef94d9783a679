import type { MixRow, Results, Row } from "../results.ts";
import type { Kind } from "../servers/server.ts";
import { type Bar, type BarChart, barChart } from "./bars.ts";
import { COMPARED } from "./comparison-tables.ts";
import { cpuOf, isOurs, slowestToo } from "./figures.ts";
import { shown } from "./format.ts";
import { growthPlot } from "./growth-plot.ts";
import { type LimitRow, limitRows } from "./limit-rows.ts";

const CPU_AXIS = "CPU milliseconds an operation, less is better";
const KEY = { ours: "auth-service", limit: "the sum of its bare parts", peer: "peers" };

/** SVG by the name of its file, for whatever was measured. */
export function plotsOf(results: Results): Map<string, string> {
  const kinds = Object.entries(COMPARED) as [Kind, string][];
  const charts = [
    ...kinds.map(([kind, name]) => [name, comparison(results, kind)] as const),
    ["limits", parts(results)] as const,
    ["mix", mix(results.mix)] as const,
  ];
  const plots = new Map(
    charts
      .filter(([, { groups }]) => groups.some(({ bars }) => bars.length > 0))
      .map(([name, chart]) => [name, barChart(chart)]),
  );
  if (results.growth.some(({ rounds }) => rounds.length > 0)) {
    plots.set("growth", growthPlot(results.growth));
  }
  return plots;
}

function comparison(results: Results, kind: Kind): BarChart {
  const rows = results.rows.filter((row) => row.kind === kind);
  const names = rows.filter(isOurs).map(({ operation }) => operation);
  const limits = limitRows(results).filter(
    ({ name, limit }) => names.includes(name) && limit.isBeside === undefined,
  );
  const bars = [...rows.flatMap(barOf), ...limitBars(limits)];
  const present = Object.entries(KEY).filter(([tone]) => bars.some((bar) => bar.tone === tone));
  return {
    title: `CPU time: ${kind}`,
    subtitle: "Server on one core, ten connections, storage in memory",
    axis: CPU_AXIS,
    key: Object.fromEntries(present),
    groups: [{ bars: sorted(bars) }],
    scale: "fitting",
  };
}

function barOf(row: Row): Bar[] {
  const value = cpuOf(row);
  if (value === null) return [];
  const requests = row.requests === 1 ? "" : `${row.requests} requests`;
  const detail = [row.runtime, row.storage, requests].filter(Boolean).join(" · ");
  const label = `${row.server}: ${shown(row.operation)}`;
  return [{ label, detail, value, tone: isOurs(row) ? "ours" : "peer" }];
}

/** Operations that are made of the same parts share a limit. */
function limitBars(limits: readonly LimitRow[]): Bar[] {
  const byParts = Map.groupBy(limits, ({ parts }) => parts);
  return [...byParts.values()].flatMap((same): Bar[] => {
    const value = same[0]?.against.limit ?? null;
    if (value === null) return [];
    const detail = same.map(({ name }) => shown(name)).join("; ");
    return [{ label: "limit", detail, value, tone: "limit" }];
  });
}

const parts = ({ rows }: Results): BarChart => ({
  title: "CPU time of the parts",
  subtitle: "Each an empty Hono route and one thing more; what the limits are summed from",
  axis: CPU_AXIS,
  key: {},
  scale: "fitting",
  groups: [
    {
      bars: sorted(
        rows.flatMap((row): Bar[] => {
          const value = row.kind === "part" ? cpuOf(row) : null;
          return value === null ? [] : [{ label: row.operation, detail: "", value, tone: "limit" }];
        }),
      ),
    },
  ],
});

const sorted = (bars: readonly Bar[]): Bar[] =>
  bars.toSorted((a, b) => a.value.median - b.value.median);

function mix(rows: readonly MixRow[]): BarChart {
  const measured = rows.filter(({ operation }) => operation !== "sign-in");
  const byOperation = Map.groupBy(measured, ({ operation }) => operation);
  return {
    title: "Waiting beside sign-ins: p99 of a check and of a refresh",
    subtitle:
      "What one in a hundred waits for (beside hashes: the slowest of some fifty), on one core",
    // What stands out here is how far apart they lie.
    scale: "linear",
    axis: "p99 in milliseconds, less is better",
    key: {},
    groups: [...byOperation].map(([heading, same]) => ({
      heading,
      bars: same.flatMap((row): Bar[] => {
        const value = slowestToo(row.rounds, "p99");
        const label = `beside ${row.beside}`;
        return value === null ? [] : [{ label, detail: "", value, tone: toneOf(row) }];
      }),
    })),
  };
}

const toneOf = ({ beside }: MixRow): Bar["tone"] => (beside === "nothing" ? "limit" : "ours");
