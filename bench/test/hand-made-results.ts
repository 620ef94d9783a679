import type { Measured } from "../measure/load.ts";
import { type GrowthRow, NOTHING, type Results, type Row } from "../results.ts";

/** Small enough to be reckoned by hand. */
export function handMade(rows: readonly Row[], growth: readonly GrowthRow[] = []): Results {
  const duration = { warmUp: 1, measured: 2 };
  return {
    date: "2026-01-02T03:04:05Z",
    commit: "0000000",
    machine: {
      cpu: "a processor",
      cores: 2,
      memory: "4 GiB",
      kernel: "k",
      node: "n",
      workerd: "w",
    },
    protocol: {
      rounds: 3,
      connections: 10,
      ...duration,
      part: duration,
      latency: duration,
      hash: duration,
      growth: { rounds: 3, ...duration },
      mix: duration,
      disk: { rounds: 2 },
    },
    rows,
    onDisk: [],
    mix: [],
    growth,
    startUp: NOTHING.startUp,
  };
}

export const measured = (cpu: number): Measured => ({
  operations: 100,
  cpu,
  rate: 1_000 / cpu,
  p50: 10 * cpu,
  p99: 20 * cpu,
});

export const part = (operation: string, ...cpu: readonly number[]): Row =>
  row({ server: "limits", operation, kind: "part" }, cpu);

export const ofOurs = (operation: string, kind: Row["kind"], ...cpu: readonly number[]): Row =>
  row({ server: "auth-service", operation, kind }, cpu);

/** @param cpu milliseconds, one a round; none is a row whose only round was void */
export function row(
  named: Pick<Row, "server" | "operation" | "kind"> & Partial<Row>,
  cpu: readonly number[],
): Row {
  return {
    runtime: "workerd",
    request: "GET /",
    requests: 1,
    storage: "none",
    rounds: cpu.map((each) => ({ throughput: measured(each), latency: measured(each) })),
    voided: cpu.length === 0 ? ["unexpected reply: 500 a|b"] : [],
    ...named,
  };
}

/** What a refresh and a sign-in are made of: refresh 3 + 3 + 1, sign-in 3 + 2 + 3 × 3 + 1. */
export const PARTS: readonly Row[] = [
  part("empty route", 2),
  part("empty route, JSON body read", 3),
  part("object call, one SQL write", 5),
  part("sign, WebCrypto", 3),
  part("D1 indexed read", 4),
  part("scrypt by noble", 102),
];
