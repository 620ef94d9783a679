import autocannon from "autocannon";
import { cpuTime } from "../machine.ts";
import type { Duration } from "../results.ts";
import { percentile } from "./statistics.ts";

export type Exchange = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Reply = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
};

/**
 * What one connection does, over and over. `"done"` ends an operation, `"more"` says that it goes
 * on with the next request; anything else than the expected reply is `"unexpected"`.
 */
export type Actor = {
  next(): Exchange;
  judge(reply: Reply): "done" | "more" | "unexpected";
};

export type Measured = {
  readonly operations: number;
  /** CPU milliseconds of the server's processes for each operation. */
  readonly cpu: number;
  /** Operations a second. */
  readonly rate: number;
  /** Milliseconds an operation took as its client saw it. */
  readonly p50: number;
  readonly p99: number;
};

export type Load = {
  readonly origin: string;
  /** The root of the server's process tree. */
  readonly pid: number;
  /** One connection each, all at once, none waiting but for its own reply (closed loop). */
  readonly actors: readonly Actor[];
  readonly duration: Duration;
};

/** A connection that waits longer has failed. A hash in every connection's way is no failure. */
const TIMEOUT = 30;

/**
 * Runs every actor on a connection of its own. Counting starts and ends with an operation's end,
 * so that slow operations are not cut in halves.
 *
 * @throws Error when a reply was not the expected one, which voids the round
 */
export function measure(load: Load): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    const begun = performance.now();
    let first: { readonly at: number; readonly cpu: number } | null = null;
    let ended = false;

    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      instance.stop();
      settle();
    };

    /** @param latency of the operation that just ended */
    const count = (latency: number): void => {
      if (ended) return;
      const now = performance.now();
      if (first === null) {
        const isWarm = now - begun >= load.duration.warmUp * 1_000;
        if (isWarm) first = { at: now, cpu: cpuTime(load.pid) };
        return;
      }
      latencies.push(latency);
      const elapsed = now - first.at;
      if (elapsed < load.duration.measured * 1_000) return;
      const cpu = cpuTime(load.pid) - first.cpu;
      end(() => resolve(measuredOf(latencies, cpu, elapsed)));
    };

    const waiting = [...load.actors];
    const instance = autocannon(
      {
        url: load.origin,
        connections: load.actors.length,
        duration: load.duration.warmUp + load.duration.measured + TIMEOUT,
        timeout: TIMEOUT,
        sampleInt: 100,
        setupClient: (client) => {
          const actor = waiting.shift();
          if (actor === undefined)
            return end(() => reject(new Error("more connections than actors")));
          drive(client, actor, count, (reply) =>
            end(() =>
              reject(new Error(`unexpected reply: ${reply.status} ${reply.body.slice(0, 300)}`)),
            ),
          );
        },
      },
      () => end(() => reject(new Error("too few operations to measure"))),
    );
    instance.on("reqError", (error) => end(() => reject(error)));
  });
}

function drive(
  client: autocannon.Client,
  actor: Actor,
  count: (latency: number) => void,
  refuse: (reply: Reply) => void,
): void {
  let latency = 0;
  let verdict: ReturnType<Actor["judge"]> = "more";
  client.setRequests([
    {
      setupRequest: (defaults) => ({ ...defaults, headers: {}, body: "", ...actor.next() }),
      onResponse: (status, body, _context, headers) => {
        const reply = { status, body, headers: headers as Reply["headers"] };
        verdict = actor.judge(reply);
        if (verdict === "unexpected") refuse(reply);
      },
    },
  ]);
  client.on("response", (_status, _bytes, duration) => {
    latency += duration;
    if (verdict !== "done") return;
    count(latency);
    latency = 0;
  });
}

function measuredOf(latencies: number[], cpu: number, elapsed: number): Measured {
  const operations = latencies.length;
  const sorted = latencies.sort((a, b) => a - b);
  return {
    operations,
    cpu: cpu / operations,
    rate: operations / (elapsed / 1_000),
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
}
