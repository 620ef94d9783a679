import type { Spread } from "../measure/statistics.ts";
import { type Figures, figure, ours, part, type Reader } from "./figures.ts";

/** The least that an operation can cost here: its parts, each measured by itself. */
export type Limit = {
  readonly operation: string;
  /** The row that HTTP is counted in, once. */
  readonly base: string;
  /** Rows that are an empty route and one part; the empty route is taken off again. */
  readonly adds: readonly string[];
  /** The row of the bare hash, for what hashes a password. */
  readonly hash?: string;
  /** Another way to draw the limit, shown beside the first, never judged by. */
  readonly isBeside?: true;
};

const EMPTY = "empty route";
const BODY = "empty route, JSON body read";
const BARE_REFRESH = "refresh, bare";
const BARE_KEY_SET = "key set, bare";
const BARE_REFUSAL = "refusal, bare";
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
  { operation: "refresh", base: BARE_REFRESH, adds: [], isBeside: true },
  { operation: "refresh, one hot user", ...refreshing },
  { operation: "replayed refresh", base: BODY, adds: [OBJECT_READ, SIGN] },
  { operation: "check, offline", base: "verify, jose", adds: [] },
  { operation: "check, offline", base: VERIFY, adds: [], isBeside: true },
  { operation: "check, now", base: VERIFY, adds: [OBJECT_READ, READ] },
  { operation: "verify by RPC, offline", base: RPC_VERIFY, adds: [] },
  { operation: "verify by RPC, 10 s", base: RPC_VERIFY, adds: [] },
  { operation: "verify by RPC, 0 s", base: RPC_VERIFY, adds: [OBJECT_READ] },
  { operation: "introspection", base: BODY, adds: [READ, READ, VERIFY, OBJECT_READ] },
  { operation: "key set", base: EMPTY, adds: [] },
  { operation: "key set", base: BARE_KEY_SET, adds: [], isBeside: true },
  { operation: "forged access token refused", base: EMPTY, adds: [] },
  { operation: "forged access token refused", base: VERIFY, adds: [], isBeside: true },
  { operation: "forged refresh token refused", base: BODY, adds: [] },
  { operation: "forged refresh token refused", base: EMPTY, adds: [], isBeside: true },
  { operation: "forged refresh token refused", base: BARE_REFUSAL, adds: [], isBeside: true },
];

/** What an operation is judged by. */
export function limitOf(operation: string): Limit {
  const limit = LIMITS.find((each) => each.operation === operation && !each.isBeside);
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
export type Against = {
  readonly limit: Spread | null;
  readonly ours: Spread | null;
  readonly ratio: Spread | null;
};

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
export function againstLessHash(limit: Limit, figures: Figures): Against {
  const left = (cpu: Reader): number => ourCpu(limit, cpu) - hashCpu(limit, cpu);
  const ratio = figure(figures, (cpu) => partsCpu(limit, cpu) / left(cpu));
  const difference = figure(figures, left);
  const isClear = difference !== null && difference.min > 0;
  return {
    limit: figure(figures, (cpu) => partsCpu(limit, cpu)),
    ours: difference,
    ratio: isClear ? ratio : null,
  };
}

/** In words, `2 × a part` for one that occurs twice. */
export function partsInWords({ base, adds, hash }: Limit): string {
  const counts = new Map<string, number>();
  for (const row of adds) counts.set(row, (counts.get(row) ?? 0) + 1);
  const added = [...counts].map(([row, count]) => (count === 1 ? row : `${count} × ${row}`));
  return [base, ...added, ...(hash === undefined ? [] : [hash])].join(" + ");
}
