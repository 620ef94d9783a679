import type { Measured } from "../measure/load.ts";
import { type Spread, spreadOf } from "../measure/statistics.ts";
import type { GrowthRow, Results, Row } from "../results.ts";

/** Ours stand under one name, whichever engine hashes. */
const OURS: readonly string[] = ["auth-service", "auth-service, noble"];

export const isOurs = (row: Row): boolean => OURS.includes(row.server);

/** CPU milliseconds, round by round, by what was measured. */
export type Figures = ReadonlyMap<string, readonly number[]>;

/** CPU milliseconds of one row. NaN when there are none: it carries through every sum. */
export type Reader = (key: string) => number;

export const ours = (operation: string): string => `ours/${operation}`;
export const part = (operation: string): string => `limits/${operation}`;
export const keyOf = (row: Row): string =>
  isOurs(row) ? ours(row.operation) : `${row.server}/${row.operation}`;
export const growthKey = ({ dimension, size, operation }: GrowthRow): string =>
  `growth/${dimension}/${size}/${operation}`;

export function figuresOf({ rows, growth }: Results): Figures {
  return new Map([
    ...rows.map((row) => [keyOf(row), row.rounds.map(({ throughput: { cpu } }) => cpu)] as const),
    ...growth.map((row) => [growthKey(row), row.rounds.map(({ cpu }) => cpu)] as const),
  ]);
}

/**
 * What a formula gives for the rows' medians, and how far it spreads when each round is taken by
 * itself. A void round shifts those after it: they then meet rounds of another time, which as a
 * rule spreads them wider.
 *
 * @returns null when a row that the formula reads has no valid round
 */
export function figure(figures: Figures, formula: (cpu: Reader) => number): Spread | null {
  const median = formula((key) => spreadOrNull(figures.get(key) ?? [])?.median ?? Number.NaN);
  if (Number.isNaN(median)) return null;
  const rounds = Math.max(...[...figures.values()].map(({ length }) => length));
  const each = Array.from({ length: rounds }, (_, round) =>
    formula((key) => figures.get(key)?.[round] ?? Number.NaN),
  ).filter((value) => !Number.isNaN(value));
  return { median, min: Math.min(...each), max: Math.max(...each) };
}

export const spreadOrNull = (values: readonly number[]): Spread | null =>
  values.length === 0 ? null : spreadOf(values);

/** Of fewer, the slowest hundredth would be the slowest one. */
const ENOUGH_FOR_P99 = 100;

/** @returns null for a p99 where one of the rounds had too few operations */
export function fieldOf(rounds: readonly Measured[], field: keyof Measured): Spread | null {
  const isLacking = ({ operations }: Measured): boolean => operations < ENOUGH_FOR_P99;
  if (field === "p99" && rounds.some(isLacking)) return null;
  return slowestToo(rounds, field);
}

/** With a p99 of however few: beside hashes, where there are few, the slowest is the point. */
export const slowestToo = (rounds: readonly Measured[], field: keyof Measured): Spread | null =>
  spreadOrNull(rounds.map((round) => round[field]));

export const cpuOf = ({ rounds }: Row): Spread | null =>
  spreadOrNull(rounds.map(({ throughput: { cpu } }) => cpu));
