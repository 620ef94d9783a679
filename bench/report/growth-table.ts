import type { Results } from "../results.ts";
import { figuresOf, spreadOrNull } from "./figures.ts";
import { count, left, markdownTable, right, spread } from "./format.ts";
import { type Curve, curvesOf, rise } from "./targets.ts";
import { ofGrowth, voidedLine } from "./voided.ts";

/** A table for each thing that grows: CPU milliseconds, size by size. */
export function growthTable(results: Results): string {
  const figures = figuresOf(results);
  const dimensions = Map.groupBy(curvesOf(results.growth), ({ dimension }) => dimension);
  const tables = [...dimensions].map(([dimension, curves]) => {
    const sizes = sizesOf(curves);
    return markdownTable(
      [
        ...left(`CPU ms (min–max) by ${dimension}`),
        ...right(...sizes.map(count), "highest by first (rounds)"),
      ],
      curves.map((curve) => [
        curve.operation,
        ...sizes.map((size) => atSize(curve, size)),
        spread(rise(curve, figures)),
      ]),
    );
  });
  return [...tables, voidedLine(results.growth.map(ofGrowth))].filter(Boolean).join("\n\n");
}

const sizesOf = (curves: readonly Curve[]): number[] =>
  [...new Set(curves.flatMap(({ points }) => points.map(({ size }) => size)))].sort(
    (a, b) => a - b,
  );

function atSize({ points }: Curve, size: number): string {
  const point = points.find((each) => each.size === size);
  if (point === undefined) return "";
  return point.rounds.length === 0
    ? "void"
    : spread(spreadOrNull(point.rounds.map(({ cpu }) => cpu)));
}
