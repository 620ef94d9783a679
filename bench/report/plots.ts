import { parse, View } from "vega";
import { type Config, compile, type TopLevelSpec } from "vega-lite";
import type { Spread } from "../measure/statistics.ts";
import type { GrowthRow, Results, Row } from "../results.ts";
import type { Kind } from "../servers/server.ts";
import { cpuOf, isOurs, limitRows, slowestToo, spreadOrNull } from "./figures.ts";
import { number, shown } from "./format.ts";
import { COMPARED } from "./tables.ts";
import { curvesOf, FLAT, mayGrow } from "./targets.ts";

/** On a card of its own, so that one look does for light and dark pages. */
const INK = {
  text: "#1f2328",
  faint: "#59636e",
  grid: "#e3e7eb",
  ours: "#0b6bcb",
  limit: "#2da44e",
  peer: "#9a7b4f",
} as const;

const faint = { labelColor: INK.faint, titleColor: INK.faint, titleFontWeight: "normal" } as const;

const CONFIG: Config = {
  background: "white",
  padding: 20,
  font: "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
  mark: { aria: false },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 16,
    offset: 14,
    color: INK.text,
    subtitleColor: INK.faint,
    subtitleFontSize: 12,
    subtitlePadding: 6,
  },
  view: { stroke: null },
  text: { color: INK.text, fontSize: 12 },
  axis: {
    ...faint,
    aria: false,
    gridColor: INK.grid,
    domain: false,
    ticks: false,
    labelPadding: 6,
  },
  legend: {
    ...faint,
    aria: false,
    title: null,
    orient: "top",
    labelLimit: 0,
    symbolType: "square",
  },
  header: { labelColor: INK.text, labelFontSize: 12, labelFontWeight: "bold", title: null },
};

/** SVG by the name of its file, for whatever was measured. */
export async function plotsOf(results: Results): Promise<Map<string, string>> {
  const kinds = Object.entries(COMPARED) as [Kind, string][];
  const charts: [string, BarChart][] = [
    ...kinds.map(([kind, name]): [string, BarChart] => [name, comparison(results, kind)]),
    ["limits", parts(results)],
    ["mix", mix(results)],
  ];
  const specs = new Map<string, TopLevelSpec>();
  for (const [name, chart] of charts) if (chart.bars.length > 0) specs.set(name, barChart(chart));
  const isGrown = results.growth.some(({ rounds }) => rounds.length > 0);
  if (isGrown) specs.set("growth", growthPlot(results.growth));
  const drawn = [...specs].map(async ([name, spec]) => [name, await svgOf(spec)] as const);
  return new Map(await Promise.all(drawn));
}

async function svgOf(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ ...spec, config: CONFIG }).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}

const TONES = { ours: "auth-service", limit: "the sum of its bare parts", peer: "peers" };

type Bar = {
  readonly label: string;
  /** Beneath the label, smaller. */
  readonly detail: string;
  readonly value: Spread;
  readonly tone: keyof typeof TONES;
};

type BarChart = {
  readonly title: string;
  readonly subtitle: string;
  /** What the axis counts, with its unit. */
  readonly axis: string;
  readonly bars: readonly Bar[];
  readonly hasKey?: boolean;
  /** True where it matters how far apart the bars lie, however small the others become. */
  readonly isLinear?: boolean;
};

const CPU_AXIS = "CPU milliseconds an operation, less is better";

function comparison(results: Results, kind: Kind): BarChart {
  const rows = results.rows.filter((row) => row.kind === kind);
  const names = rows.filter(isOurs).map(({ operation }) => operation);
  const limits = limitRows(results).filter(
    ({ name, limit }) => names.includes(name) && limit.isBeside === undefined,
  );
  // Operations that are made of the same parts share a limit.
  const byParts = Map.groupBy(limits, ({ parts }) => parts);
  const limitBars = [...byParts.values()].flatMap((same): Bar[] => {
    const value = same[0]?.against.limit ?? null;
    const detail = same.map(({ name }) => shown(name)).join("; ");
    return value === null ? [] : [{ label: "limit", detail, value, tone: "limit" }];
  });
  return {
    title: `CPU time: ${kind}`,
    subtitle: "Server on one core, ten connections, storage in memory",
    axis: CPU_AXIS,
    hasKey: true,
    bars: sorted([...rows.flatMap(barOf), ...limitBars]),
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

const parts = ({ rows }: Results): BarChart => ({
  title: "CPU time of the parts",
  subtitle: "Each an empty Hono route and one thing more; what the limits are summed from",
  axis: CPU_AXIS,
  bars: sorted(
    rows
      .filter(({ kind }) => kind === "part")
      .flatMap(barOf)
      .map(({ label, value }) => ({
        label: label.slice(label.indexOf(":") + 2),
        detail: "",
        value,
        tone: "limit",
      })),
  ),
});

const sorted = (bars: readonly Bar[]): Bar[] =>
  bars.toSorted((a, b) => a.value.median - b.value.median);

const mix = (results: Results): BarChart => ({
  title: "Waiting beside sign-ins: p99 of a check and of a refresh",
  subtitle:
    "What one in a hundred waits for (beside hashes: the slowest of some fifty), on one core",
  axis: "p99 in milliseconds, less is better",
  isLinear: true,
  bars: [...Map.groupBy(results.mix, ({ operation }) => operation).values()]
    .flat()
    .filter(({ operation }) => operation !== "sign-in")
    .flatMap((row): Bar[] => {
      const value = slowestToo(row.rounds, "p99");
      const tone = row.beside === "nothing" ? "limit" : "ours";
      const detail = `beside ${row.beside}`;
      return value === null ? [] : [{ label: row.operation, detail, value, tone }];
    }),
});

const LEFT = 380;
const ROW = 40;
/** Beyond this factor the short bars could no longer be told apart. */
const NEEDS_LOGARITHM = 25;

/** Horizontal bars of the medians, with the range of the rounds as a whisker. */
function barChart({ title, subtitle, axis, bars, hasKey, isLinear }: BarChart): TopLevelSpec {
  const values = bars.map(({ label, detail, tone, value: { median, min, max } }, row) => {
    const end = Math.max(median, max);
    return { row, label, detail, tone: TONES[tone], median, min, max, end, value: number(median) };
  });
  const lowest = Math.min(...values.map(({ median, min }) => Math.min(median, min)));
  const highest = Math.max(...values.map(({ end }) => end));
  const isLog = !isLinear && lowest > 0 && highest / lowest > NEEDS_LOGARITHM;
  const from = isLog ? lowest * 0.7 : 0;
  const tones = Object.keys(TONES) as Bar["tone"][];
  const used = tones.filter((tone) => bars.some((bar) => bar.tone === tone));
  const caption = `${axis}; whisker: lowest to highest round${isLog ? "; logarithmic" : ""}`;
  const x = { type: "quantitative", title: null } as const;
  const label = { type: "text", align: "right", x: -10 } as const;
  return {
    // Places are given, not found: without a canvas the library can only guess how wide a text is.
    autosize: "none",
    padding: { left: LEFT, right: 90, top: hasKey ? 112 : 88, bottom: 40 },
    width: 470,
    height: bars.length * ROW,
    title: { text: title, subtitle: [subtitle, caption], dx: 20 - LEFT },
    data: { values },
    encoding: { y: { field: "row", type: "ordinal", axis: null } },
    layer: [
      {
        mark: { type: "bar", height: 18 },
        encoding: {
          x: {
            ...x,
            field: "median",
            scale: isLog
              ? { type: "log", domain: [from, highest], nice: false }
              : { domainMax: highest, zero: true },
            axis: {
              format: ",~f",
              ...(isLog ? { values: decades(from, highest) } : { tickCount: 6 }),
            },
          },
          x2: { datum: from },
          color: {
            field: "tone",
            type: "nominal",
            scale: { domain: used.map((t) => TONES[t]), range: used.map((t) => INK[t]) },
            ...(hasKey ? {} : { legend: null }),
          },
        },
      },
      {
        mark: { type: "errorbar", color: INK.text, ticks: { height: 8 }, rule: { size: 1.2 } },
        encoding: { x: { ...x, field: "min" }, x2: { field: "max" } },
      },
      {
        mark: { type: "text", align: "left", dx: 8 },
        encoding: { x: { ...x, field: "end" }, text: { field: "value" } },
      },
      {
        mark: {
          ...label,
          limit: 520,
          dy: { expr: "datum.detail === '' ? 0 : -7" },
          fontWeight: { expr: `datum.tone === '${TONES.ours}' ? 'bold' : 'normal'` },
        },
        encoding: { text: { field: "label" } },
      },
      {
        mark: { ...label, limit: 500, dy: 8, fontSize: 10.5, color: INK.faint },
        encoding: { text: { field: "detail" } },
      },
    ],
  };
}

/** Powers of ten, and within few of them their doubles and halves, too. */
function decades(lowest: number, highest: number): number[] {
  const steps = highest / lowest > 300 ? [1] : [1, 2, 5];
  const powers = Array.from({ length: 9 }, (_, i) => 10 ** (i - 4));
  return powers
    .flatMap((power) => steps.map((step) => step * power))
    .filter((value) => value >= lowest && value <= highest);
}

/** Small multiples: across what grows, down what is done. Every panel has a scale of its own. */
function growthPlot(growth: readonly GrowthRow[]): TopLevelSpec {
  const curves = curvesOf(growth);
  const values = curves.flatMap(({ dimension, operation, points }) => {
    const measured = points.flatMap(({ size, rounds }) => {
      const cpu = spreadOrNull(rounds.map((round) => round.cpu));
      return cpu === null ? [] : [{ size, ...cpu }];
    });
    const flat = mayGrow(operation) ? null : (measured[0]?.median ?? 0) * FLAT;
    return measured.map((each) => ({ dimension, operation, flat, ...each }));
  });
  const named = (names: readonly string[]) => [...new Set(names)];
  const y = { type: "quantitative", title: null, axis: { tickCount: 4 } } as const;
  const up = (field: string) => ({ ...y, field, scale: { zero: true } });
  return {
    title: {
      text: "Growth: CPU time as the data grows",
      subtitle: [
        `Line: median; band: lowest to highest round; dashed: ${FLAT} times the first`,
        "Across: how many, logarithmic; up: CPU milliseconds an operation, from 0",
      ],
      dx: -52,
    },
    data: { values },
    facet: {
      row: { field: "operation", sort: named(curves.map(({ operation }) => operation)) },
      column: { field: "dimension", sort: named(curves.map(({ dimension }) => dimension)) },
    },
    resolve: { scale: { x: "independent", y: "independent" } },
    spec: {
      width: 190,
      height: 120,
      encoding: {
        x: {
          field: "size",
          type: "quantitative",
          title: null,
          scale: { type: "log", nice: false, padding: 10 },
          axis: { grid: false, values: [1, 10, 100, 1e3, 1e4, 1e5, 1e6], format: "~s" },
        },
      },
      layer: [
        {
          mark: { type: "area", color: INK.ours, opacity: 0.2 },
          encoding: { y: up("min"), y2: { field: "max" } },
        },
        {
          mark: { type: "line", color: INK.ours, point: { color: INK.ours } },
          encoding: { y: up("median") },
        },
        {
          mark: { type: "line", color: INK.faint, strokeWidth: 1, strokeDash: [4, 3] },
          encoding: { y: up("flat") },
        },
      ],
    },
  };
}
