import type { Spread } from "../measure/statistics.ts";
import { number } from "./format.ts";
import { linearScale, logarithmicScale, type Scale } from "./scale.ts";
import { drawing, element, INK, line, text } from "./svg.ts";

export type Bar = {
  readonly label: string;
  /** Beneath the label, smaller. */
  readonly detail: string;
  readonly value: Spread;
  readonly tone: "ours" | "limit" | "peer";
};

/** Bars that are compared with one another, under a heading of their own. */
type Group = { readonly heading?: string; readonly bars: readonly Bar[] };

export type BarChart = {
  readonly title: string;
  readonly subtitle: string;
  /** What the axis counts, with its unit. */
  readonly axis: string;
  /** What the tones stand for; none when they need no key. */
  readonly key: Partial<Record<Bar["tone"], string>>;
  readonly groups: readonly Group[];
  /** `"fitting"` turns logarithmic when the longest bar would leave nothing of the shortest. */
  readonly scale: "linear" | "fitting";
};

const WIDTH = 920;
const LEFT = 360;
const RIGHT = WIDTH - 90;
const TOP = 92;
const ROW = 40;
const HEADING = 28;
const BAR = 18;
/** Characters that fit to the left of the bars. */
const FITS = { label: 54, detail: 58 };

/** Beyond this factor the short bars could no longer be told apart. */
const NEEDS_LOGARITHM = 25;

/** Horizontal bars of the medians, with the range of the rounds as a whisker. */
export function barChart({ title, subtitle, axis, key, groups, scale: wanted }: BarChart): string {
  const spreads = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const [lowest, highest] = [
    Math.min(...spreads.map(({ median, min }) => Math.min(median, min))),
    Math.max(...spreads.map(({ median, max }) => Math.max(median, max))),
  ];
  const isLogarithmic = wanted === "fitting" && lowest > 0 && highest / lowest > NEEDS_LOGARITHM;
  const extent = { from: LEFT, to: RIGHT };
  const scale = isLogarithmic
    ? logarithmicScale(lowest, highest, extent)
    : linearScale(highest, extent);

  const body: string[] = [];
  let y = TOP;
  for (const { heading, bars } of groups) {
    if (heading !== undefined) {
      body.push(text({ x: 20, y: y + 18 }, heading, { "font-size": 14, "font-weight": "bold" }));
      y += HEADING;
    }
    for (const bar of bars) {
      body.push(...drawn(bar, y, scale));
      y += ROW;
    }
    if (heading !== undefined) y += 8;
  }
  const caption = `${axis}; median, whisker: lowest to highest round${isLogarithmic ? "; logarithmic" : ""}`;
  return drawing({ width: WIDTH, height: y + 56, title, subtitle }, [
    ...keyed(key),
    ...axisOf(scale, y, caption),
    ...body,
  ]);
}

function drawn({ label, detail, value, tone }: Bar, top: number, scale: Scale): string[] {
  const middle = top + ROW / 2;
  const start = scale.place(scale.ticks[0] ?? 0);
  const from = Math.min(start, LEFT);
  const end = scale.place(value.median);
  const [low, high] = [scale.place(value.min), scale.place(value.max)];
  const right = { x: LEFT - 12, "text-anchor": "end" };
  const whisker = { stroke: INK.text, "stroke-width": 1.2 };
  const cap = (x: number): string => line({ x, y: middle - 4 }, { x, y: middle + 4 }, whisker);
  return [
    text({ x: right.x, y: middle + (detail === "" ? 4 : -2) }, cut(label, FITS.label), {
      ...right,
      "font-weight": tone === "ours" ? "bold" : "normal",
    }),
    text({ x: right.x, y: middle + 12 }, cut(detail, FITS.detail), {
      ...right,
      "font-size": 10.5,
      fill: INK.faint,
    }),
    element("rect", {
      x: from,
      y: middle - BAR / 2,
      width: Math.max(1, end - from),
      height: BAR,
      fill: INK[tone],
    }),
    line({ x: low, y: middle }, { x: high, y: middle }, whisker),
    cap(low),
    cap(high),
    text({ x: Math.max(end, high) + 8, y: middle + 4 }, number(value.median)),
  ];
}

const cut = (content: string, length: number): string =>
  content.length <= length ? content : `${content.slice(0, length - 1)}…`;

function axisOf(scale: Scale, bottom: number, caption: string): string[] {
  const centered = { "text-anchor": "middle", fill: INK.faint, "font-size": 11 };
  return [
    ...scale.ticks.flatMap((tick) => {
      const x = scale.place(tick);
      return [
        line({ x, y: TOP }, { x, y: bottom }),
        text({ x, y: bottom + 16 }, Number(tick.toPrecision(6)).toLocaleString("en"), centered),
      ];
    }),
    text({ x: WIDTH - 20, y: bottom + 38 }, caption, { "text-anchor": "end", fill: INK.faint }),
  ];
}

const KEY_WIDTH = 220;

function keyed(key: BarChart["key"]): string[] {
  return Object.entries(key).flatMap(([tone, meaning], i) => {
    const x = 20 + i * KEY_WIDTH;
    const fill = INK[tone as Bar["tone"]];
    return [
      element("rect", { x, y: 66, width: 12, height: 12, fill }),
      text({ x: x + 18, y: 76 }, meaning, { fill: INK.faint }),
    ];
  });
}
