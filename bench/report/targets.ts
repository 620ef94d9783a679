import type { Spread } from "../measure/statistics.ts";
import type { GrowthRow, Results, Row } from "../results.ts";
import {
  type Figures,
  figure,
  figuresOf,
  growthKey,
  hashCpu,
  isOurs,
  keyOf,
  limitOf,
  ourCpu,
  ours,
  partsCpu,
  type Reader,
} from "./figures.ts";
import { spread } from "./format.ts";

/** `"lost in the noise"`: the rounds hold both a miss and what no cost can be, 0 or less. */
type Verdict = "reached" | "not reached" | "lost in the noise" | "not measured";

export type Target = {
  readonly name: string;
  readonly bound: "at least" | "at most";
  readonly goal: number;
  /** Of the medians, and of each round by itself. */
  readonly measured: Spread | null;
  /** What the figure is made of, where it alone would mislead. */
  readonly detail?: string;
  readonly verdict: Verdict;
  /** The rounds and their median do not all lie on one side of the goal: others could judge so. */
  readonly isClose: boolean;
};

/** A curve may rise so much and still be called flat. */
export const FLAT = 1.1;

/** How much of its limit an operation must reach, both in CPU time. */
const SHARES: readonly {
  readonly operation: string;
  readonly share: number;
  readonly of: string;
  /** The limit drawn from this row, where it is not the first. */
  readonly base?: string;
}[] = [
  { operation: "refresh", share: 0.8, of: "the sum of its parts" },
  {
    operation: "refresh",
    share: 0.85,
    of: "a bare route that does as much",
    base: "refresh, bare",
  },
  { operation: "verify by RPC, offline", share: 0.9, of: "an RPC call and a bare verify" },
  { operation: "check, offline", share: 0.8, of: "Hono and a bare verify by jose" },
  { operation: "key set", share: 0.8, of: "an empty route" },
  { operation: "forged access token refused", share: 0.8, of: "an empty route" },
  { operation: "forged refresh token refused", share: 0.8, of: "an empty route that reads a body" },
];

const HASHED = ["sign-in, noble", "sign-in, node:crypto"];
const HASHED_SHARE = 1.25;
const PEER_FACTOR = 3;

export function targetsOf(results: Results): Target[] {
  const figures = figuresOf(results);
  return [...shares(figures), ...edgePeers(results, figures), ...hashed(figures), ...flat(results)];
}

const shares = (figures: Figures): Target[] =>
  SHARES.map(({ operation, share, of, base }) => {
    const limit = limitOf(operation, base);
    const ratio = (cpu: Reader): number => partsCpu(limit, cpu) / ourCpu(limit, cpu);
    return target(`${operation}, as a share of ${of}`, "at least", share, figure(figures, ratio));
  });

/** Rotation on the edge against rotation on the edge. */
function edgePeers({ rows }: Results, figures: Figures): Target[] {
  const peers = rows.filter(isEdgePeer);
  const name = "refresh, CPU of a rotating edge peer by ours";
  if (peers.length === 0) return [target(name, "at least", PEER_FACTOR, null)];
  return peers.map((peer) => {
    const factor = (cpu: Reader): number => cpu(keyOf(peer)) / cpu(ours("refresh"));
    const named = `${name}: ${peer.server}, ${peer.operation}`;
    return target(named, "at least", PEER_FACTOR, figure(figures, factor));
  });
}

const isEdgePeer = (row: Row): boolean =>
  row.kind === "refresh" && row.runtime === "workerd" && !isOurs(row) && rotates(row);

/** A peer that keeps its token says so in the operation's name. */
const rotates = ({ operation }: Row): boolean =>
  !/\b(no|not|never|without)\b.*\brotat/i.test(operation);

/** A small difference of two large numbers: what it is made of stands beside it. */
const hashed = (figures: Figures): Target[] =>
  HASHED.map((operation) => {
    const limit = limitOf(operation);
    const left = (cpu: Reader): number => ourCpu(limit, cpu) - hashCpu(limit, cpu);
    const parts = (cpu: Reader): number => partsCpu(limit, cpu);
    const measured = figure(figures, (cpu) => left(cpu) / parts(cpu));
    const name = `${operation}, less the bare hash, by the sum of its other parts`;
    const [ms, ofParts] = [spread(figure(figures, left)), spread(figure(figures, parts))];
    return {
      ...target(name, "at most", HASHED_SHARE, measured),
      ...(measured === null ? {} : { detail: `${ms} ms by ${ofParts} ms` }),
    };
  });

/** A list grows with what it lists; nothing else may. */
export const mayGrow = (operation: string): boolean => operation === "list";

const flat = (results: Results): Target[] =>
  curvesOf(results.growth)
    .filter(({ operation }) => !mayGrow(operation))
    .map((curve) => {
      const name = `${curve.operation} by ${curve.dimension}, highest by first`;
      return target(name, "at most", FLAT, rise(curve, figuresOf(results)));
    });

/** One operation while one thing grows, the smallest size first. */
export type Curve = Pick<GrowthRow, "dimension" | "operation"> & {
  readonly points: readonly GrowthRow[];
};

export function curvesOf(growth: readonly GrowthRow[]): Curve[] {
  const groups = Map.groupBy(growth, ({ dimension, operation }) => `${dimension}/${operation}`);
  return [...groups.values()].flatMap((rows) => {
    const points = rows.toSorted((a, b) => a.size - b.size);
    const first = points[0];
    if (first === undefined) return [];
    return [{ dimension: first.dimension, operation: first.operation, points }];
  });
}

/** @returns null for a single point, which is no curve */
export const rise = ({ points }: Curve, figures: Figures): Spread | null =>
  figure(figures, (cpu) => {
    const [first = Number.NaN, ...others] = points.map((point) => cpu(growthKey(point)));
    return others.length === 0 ? Number.NaN : Math.max(first, ...others) / first;
  });

function target(
  name: string,
  bound: Target["bound"],
  goal: number,
  measured: Spread | null,
): Target {
  const meets = (value: number): boolean => (bound === "at least" ? value >= goal : value <= goal);
  if (measured === null) {
    return { name, bound, goal, measured, verdict: "not measured", isClose: false };
  }
  const sides = [measured.min, measured.median, measured.max].map(meets);
  const isClose = new Set(sides).size > 1;
  if (isClose && measured.min <= 0) {
    return { name, bound, goal, measured, verdict: "lost in the noise", isClose: false };
  }
  const verdict = meets(measured.median) ? "reached" : "not reached";
  return { name, bound, goal, measured, verdict, isClose };
}
