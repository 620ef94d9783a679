import type { Spread } from "../measure/statistics.ts";
import type { GrowthRow } from "../results.ts";
import { spreadOrNull } from "./figures.ts";
import { linearScale, type Scale } from "./scale.ts";
import { drawing, element, INK, line, type Point, path, text } from "./svg.ts";
import { type Curve, curvesOf, FLAT, mayGrow } from "./targets.ts";

const CELL = { width: 232, height: 166 };
const LEFT = 100;
const TOP = 104;
/** The panel within its cell. */
const PANEL = { left: 40, right: 12, top: 8, bottom: 34 };

type Measure = { readonly size: number; readonly cpu: Spread };
type Area = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

/** Small multiples: across what grows, down what is done. Every panel has a scale of its own. */
export function growthPlot(growth: readonly GrowthRow[]): string {
  const curves = curvesOf(growth);
  const dimensions = [...new Set(curves.map(({ dimension }) => dimension))];
  const operations = [...new Set(curves.map(({ operation }) => operation))];
  const width = LEFT + dimensions.length * CELL.width + 20;
  const height = TOP + operations.length * CELL.height + 40;
  const headings = [
    ...dimensions.map((dimension, column) =>
      text({ x: LEFT + column * CELL.width + PANEL.left, y: TOP - 8 }, dimension, {
        "font-weight": "bold",
      }),
    ),
    ...operations.map((operation, row) =>
      text({ x: 20, y: TOP + row * CELL.height + 70 }, operation, { "font-weight": "bold" }),
    ),
  ];
  const panels = curves.flatMap((curve) => {
    const left = LEFT + dimensions.indexOf(curve.dimension) * CELL.width;
    const top = TOP + operations.indexOf(curve.operation) * CELL.height;
    return panel(curve, {
      left: left + PANEL.left,
      right: left + CELL.width - PANEL.right,
      top: top + PANEL.top,
      bottom: top + CELL.height - PANEL.bottom,
    });
  });
  const caption = "across: how many, logarithmic; up: CPU milliseconds an operation, from 0";
  const foot = text({ x: LEFT + PANEL.left, y: height - 18 }, caption, { fill: INK.faint });
  return drawing(
    {
      width: Math.max(width, 640),
      height,
      title: "Growth: CPU time as the data grows",
      subtitle: `Line: median; band: lowest to highest round; dashed: ${FLAT} times the first`,
    },
    [...headings, ...panels, foot],
  );
}

function panel({ operation, points }: Curve, area: Area): string[] {
  const measures = points.flatMap(({ size, rounds }): Measure[] => {
    const cpu = spreadOrNull(rounds.map((round) => round.cpu));
    return cpu === null ? [] : [{ size, cpu }];
  });
  const first = measures[0];
  if (first === undefined) return [];
  const flat = first.cpu.median * FLAT;
  const highest = Math.max(flat, ...measures.map(({ cpu }) => cpu.max));
  const up = linearScale(highest, { from: area.bottom, to: area.top }, 4);
  const across = sizeScale(measures, area);
  const at = (measure: Measure, value: number): Point => ({
    x: across.place(measure.size),
    y: up.place(value),
  });
  const dashed = { stroke: INK.faint, "stroke-dasharray": "4 3" };
  const band = [
    ...measures.map((each) => at(each, each.cpu.max)),
    ...measures.toReversed().map((each) => at(each, each.cpu.min)),
  ];
  const curve = measures.map((each) => at(each, each.cpu.median));
  const level = up.place(flat);
  return [
    ...axes(up, across, area),
    ...(mayGrow(operation)
      ? []
      : [line({ x: area.left, y: level }, { x: area.right, y: level }, dashed)]),
    path(band, { fill: INK.ours, "fill-opacity": 0.2 }),
    path(curve, { fill: "none", stroke: INK.ours, "stroke-width": 2 }),
    ...curve.map(({ x, y }) => element("circle", { cx: x, cy: y, r: 3, fill: INK.ours })),
  ];
}

/** Nothing at all has no logarithm: it stands a little before the first. */
const logarithm = (size: number): number => Math.log10(Math.max(size, 0.5));

function sizeScale(measures: readonly Measure[], { left, right }: Area): Scale {
  const sizes = measures.map(({ size }) => size);
  const [first, last] = [logarithm(Math.min(...sizes)), logarithm(Math.max(...sizes))];
  const [from, to] = [left + 12, right - 16];
  const share = (size: number): number =>
    last === first ? 0.5 : (logarithm(size) - first) / (last - first);
  return { place: (size) => from + share(size) * (to - from), ticks: sizes };
}

function axes(up: Scale, across: Scale, { left, right, top, bottom }: Area): string[] {
  const small = { "font-size": 10, fill: INK.faint };
  return [
    ...up.ticks.flatMap((tick) => {
      const y = up.place(tick);
      const place = { x: left - 5, y: y + 3 };
      const label = String(Number(tick.toPrecision(6)));
      return [
        line({ x: left, y }, { x: right, y }),
        text(place, label, { ...small, "text-anchor": "end" }),
      ];
    }),
    line({ x: left, y: top }, { x: left, y: bottom }),
    ...across.ticks.map((size) =>
      text({ x: across.place(size), y: bottom + 14 }, short(size), {
        ...small,
        "text-anchor": "middle",
      }),
    ),
  ];
}

const short = (size: number): string =>
  size >= 1_000_000 ? `${size / 1_000_000}M` : size >= 1_000 ? `${size / 1_000}k` : String(size);
