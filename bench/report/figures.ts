import type { Measured } from "../measure/load.ts";
import { type Spread, spreadOf } from "../measure/statistics.ts";
import type { GrowthRow, Results, Row } from "../results.ts";

export const isOurs = ({ server }: Pick<Row, "server">): boolean =>
  server.split(",")[0] === "auth-service";

/** CPU milliseconds, round by round, by what was measured. */
export type Figures = ReadonlyMap<string, readonly number[]>;

/** CPU milliseconds of one row. NaN when there are none: it carries through every sum. */
export type Reader = (key: string) => number;

export const ours = (operation: string): string => `ours/${operation}`;
const part = (operation: string): string => `limits/${operation}`;
export const keyOf = (row: Row): string =>
  isOurs(row) ? ours(row.operation) : `${row.server}/${row.operation}`;
export const growthKey = ({ dimension, size, operation }: GrowthRow): string =>
  `growth/${dimension}/${size}/${operation}`;

export const figuresOf = ({ rows, growth }: Results): Figures =>
  new Map([
    ...rows.map((row) => [keyOf(row), row.rounds.map(({ throughput: { cpu } }) => cpu)] as const),
    ...growth.map((row) => [growthKey(row), row.rounds.map(({ cpu }) => cpu)] as const),
  ]);

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

/** The least that an operation can cost here: its parts, each measured by itself. */
export type Limit = {
  readonly operation: string;
  /** The row that HTTP is counted in, once. */
  readonly base: string;
  /** Rows that are an empty route and one part; the empty route is taken off again. */
  readonly adds: readonly string[];
  /** The row of the bare hash, for what hashes a password. */
  readonly hash?: string;
  /** Another way to draw the limit, shown beside the first, judged by only where a target says so. */
  readonly isBeside?: true;
};

const EMPTY = "empty route";
const BODY = "empty route, JSON body read";
const WRITE = "object call, one SQL write";
const OBJECT_READ = "object call, one SQL read";
const SIGN = "sign, WebCrypto";
const VERIFY = "verify, WebCrypto";
const READ = "D1 indexed read";
const RPC_VERIFY = "RPC and verify";
const NATIVE = "scrypt by node:crypto";
const NOBLE = "scrypt by noble";

const refreshing = { base: BODY, adds: [WRITE, SIGN] };
const signingUp = { base: BODY, adds: ["D1 insert"] };
/** The account is read; its login name's object is told of the try and of the success. */
const signingIn = { base: BODY, adds: [READ, WRITE, WRITE, WRITE, SIGN] };

export const LIMITS: readonly Limit[] = [
  { operation: "sign-up, node:crypto", ...signingUp, hash: NATIVE },
  { operation: "sign-up, noble", ...signingUp, hash: NOBLE },
  { operation: "sign-in, node:crypto", ...signingIn, hash: NATIVE },
  { operation: "sign-in, noble", ...signingIn, hash: NOBLE },
  { operation: "refresh", ...refreshing },
  { operation: "refresh", base: "refresh, bare", adds: [], isBeside: true },
  { operation: "refresh, 600 s apart", ...refreshing },
  { operation: "refresh, one hot user", ...refreshing },
  { operation: "replayed refresh", base: BODY, adds: [OBJECT_READ, SIGN] },
  { operation: "check, offline", base: "verify, jose", adds: [] },
  { operation: "check, offline", base: VERIFY, adds: [], isBeside: true },
  { operation: "check, now", base: VERIFY, adds: [OBJECT_READ, READ] },
  { operation: "verify by RPC, offline", base: RPC_VERIFY, adds: [] },
  { operation: "verify by RPC, 10 s", base: RPC_VERIFY, adds: [] },
  { operation: "verify by RPC, 0 s", base: RPC_VERIFY, adds: [OBJECT_READ] },
  { operation: "introspection", base: BODY, adds: [OBJECT_READ, OBJECT_READ, VERIFY] },
  { operation: "client_credentials", base: BODY, adds: [OBJECT_READ, SIGN] },
  { operation: "key set", base: EMPTY, adds: [] },
  { operation: "key set", base: "key set, bare", adds: [], isBeside: true },
  { operation: "forged access token refused", base: EMPTY, adds: [] },
  { operation: "forged access token refused", base: VERIFY, adds: [], isBeside: true },
  { operation: "forged refresh token refused", base: BODY, adds: [] },
  { operation: "forged refresh token refused", base: EMPTY, adds: [], isBeside: true },
  { operation: "forged refresh token refused", base: "refusal, bare", adds: [], isBeside: true },
];

/**
 * What an operation is judged by.
 *
 * @param base of one that was drawn another way
 */
export function limitOf(operation: string, base?: string): Limit {
  const isMeant = (each: Limit) => (base === undefined ? !each.isBeside : each.base === base);
  const limit = LIMITS.find((each) => each.operation === operation && isMeant(each));
  if (limit === undefined) throw new Error(`no limit of "${operation}"`);
  return limit;
}

const above = (cpu: Reader, row: string): number => cpu(part(row)) - cpu(part(EMPTY));

/** The bare hash, without the route around it. 0 for what hashes nothing. */
export const hashCpu = (limit: Limit, cpu: Reader): number =>
  limit.hash === undefined ? 0 : above(cpu, limit.hash);

/** All parts but the hash. */
export const partsCpu = (limit: Limit, cpu: Reader): number =>
  limit.adds.reduce((sum, row) => sum + above(cpu, row), cpu(part(limit.base)));

export const ourCpu = (limit: Limit, cpu: Reader): number => cpu(ours(limit.operation));

/** `null` where nothing was measured. CPU milliseconds, and their ratio: 1 is at the limit. */
export type Against = Readonly<Record<"limit" | "ours" | "ratio", Spread | null>>;

export function against(limit: Limit, figures: Figures): Against {
  const whole = (cpu: Reader): number => partsCpu(limit, cpu) + hashCpu(limit, cpu);
  return {
    limit: figure(figures, whole),
    ours: figure(figures, (cpu) => ourCpu(limit, cpu)),
    ratio: figure(figures, (cpu) => whole(cpu) / ourCpu(limit, cpu)),
  };
}

/**
 * What is left of an operation when its hash is taken off, against the other parts. A small
 * difference of two large numbers: within their noise it can be nothing, or less.
 */
function againstLessHash(limit: Limit, figures: Figures): Against {
  const left = (cpu: Reader): number => ourCpu(limit, cpu) - hashCpu(limit, cpu);
  const difference = figure(figures, left);
  const isClear = difference !== null && difference.min > 0;
  return {
    limit: figure(figures, (cpu) => partsCpu(limit, cpu)),
    ours: difference,
    ratio: isClear ? figure(figures, (cpu) => partsCpu(limit, cpu) / left(cpu)) : null,
  };
}

/** In words, `2 × a part` for one that occurs twice. */
export function partsInWords({ base, adds, hash }: Limit): string {
  const counts = [...Map.groupBy(adds, (row) => row)];
  const added = counts.map(([row, { length }]) => (length === 1 ? row : `${length} × ${row}`));
  return [base, ...added, ...(hash === undefined ? [] : [hash])].join(" + ");
}

/** Our operations that were measured, against their limits, as far as those were. */
export function limitRows(results: Results) {
  const figures = figuresOf(results);
  return LIMITS.flatMap((limit) => {
    const { operation, hash, isBeside, ...others } = limit;
    const name = isBeside ? `(${operation})` : operation;
    const whole = { name, limit, parts: partsInWords(limit), against: against(limit, figures) };
    if (hash === undefined) return [whole];
    const lessHash: Limit = { operation, ...others };
    const rest = { limit: lessHash, parts: partsInWords(lessHash) };
    const left = { name: `${name}, less the bare hash`, against: againstLessHash(limit, figures) };
    return [whole, { ...left, ...rest }];
  }).filter(({ against }) => against.ours !== null);
}
