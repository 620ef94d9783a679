/**
 * `npm run bench:hashing -- [--seconds N] [--rounds N]`: how long refreshes and checks wait while
 * people sign in without a pause, for each place and way of hashing (docs/decisions/0024). All ways
 * take turns in one run, in a new order each round.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { peakMemory } from "./load/memory.ts";
import { cpuTime, exitOnSignals, memoryDirectory, pinLoad, scratch } from "./machine.ts";
import { type Actor, measure } from "./measure/load.ts";
import { percentile, shuffled, spreadOf } from "./measure/statistics.ts";
import { accounts, checkNow, launch, refresh, signIn } from "./servers/auth-service.ts";
import { originOf, type Running, type Server, type Workers } from "./servers/server.ts";
import { type Started, start } from "./servers/start.ts";

const WAYS = ["in slices", "whole", "native", "object", "pool", "worker", "process"] as const;
const SIGNERS = [2, 4, 8];
const CROWD = 2;
const WORKER = "auth-service-hashing";

type Seen = { readonly refresh: number[]; readonly check: number[] };
type Visit = Seen & { readonly signIns: number; readonly cpu: number; readonly memory: number };

/** What one way saw with so many who sign in, over all rounds. */
const visits = new Map<string, Visit[]>();

function serverOf(way: string, bundles: ReadonlyMap<string, string>, origin = ""): Server {
  const launched = launch(bundles, "noble", accounts(50), WORKER, {
    HASHING: way,
    HASHER_ORIGIN: origin,
  });
  const [first, ...others] = launched.workers;
  if (first === undefined) throw new Error("no Worker");
  const hashes = { HASHES: { className: "HashObject", useSQLite: true } };
  const workers: Workers = {
    ...launched,
    workers: [
      {
        ...first,
        durableObjects: { ...first.durableObjects, ...hashes },
        serviceBindings: { HASHER: { name: "hasher", entrypoint: "HashRpc" } },
      },
      ...others,
      { name: "hasher", script: first.script, bindings: { HASHING: "native" } },
    ],
  };
  return { name: way, runtime: "workerd", launch: () => workers, operations: [] };
}

/** Notes how long each reply took, which `measure` does not keep. */
const noting = (actor: Actor, times: number[]): Actor => {
  let begun = 0;
  return {
    next: () => {
      begun = performance.now();
      return actor.next();
    },
    judge: (reply) => {
      times.push(performance.now() - begun);
      return actor.judge(reply);
    },
  };
};

async function visit(running: Running, signers: number, seconds: number): Promise<Visit> {
  const seen: Seen = { refresh: [], check: [] };
  const crowd = async ({ actors }: typeof refresh, times: number[]) =>
    (await actors(running, CROWD)).map((actor) => noting(actor, times));
  const people = await crowd(refresh, seen.refresh);
  const checks = await crowd(checkNow, seen.check);
  const signing = await signIn("sign-in").actors(running, signers);
  const load = (actors: Actor[], measured: number) =>
    measure({
      origin: originOf(running),
      pid: running.pid,
      actors,
      duration: { warmUp: 0, measured },
    });
  const before = cpuTime(running.pid);
  // Those who sign in go on after the others: a moment without them would hold more of those.
  const [signed] = await Promise.all([
    load(signing, seconds + 2),
    load(people, seconds),
    load(checks, seconds),
  ]);
  const cpu = (cpuTime(running.pid) - before) / signed.operations;
  return { ...seen, signIns: signed.rate, cpu, memory: peakMemory(running.pid) };
}

async function round(root: string, bundles: ReadonlyMap<string, string>, seconds: number) {
  const hasher = await start(serverOf("native", bundles), root, bundles);
  // The other process has the other core, as another machine would; so has the load.
  spawnSync("sh", ["-c", `for p in $(pgrep -g ${hasher.pid}); do taskset -acp 1 $p; done`]);
  try {
    for (const way of shuffled(WAYS)) {
      const running: Started = await start(serverOf(way, bundles, originOf(hasher)), root, bundles);
      try {
        for (const signers of SIGNERS) {
          const key = `${way} | ${signers}`;
          const seen = await visit(running, signers, seconds);
          visits.set(key, [...(visits.get(key) ?? []), seen]);
          console.error(`${key} | ${rowOf([seen])}`);
        }
      } finally {
        await running.stop();
      }
    }
  } finally {
    await hasher.stop();
  }
}

function rowOf(all: readonly Visit[]): string {
  const quantiles = (of: keyof Seen): string => {
    const sorted = all.flatMap((one) => one[of]).sort((a, b) => a - b);
    return [0.5, 0.99, 1].map((part) => percentile(sorted, part).toFixed(0)).join(" / ");
  };
  const spread = (of: "signIns" | "cpu" | "memory", digits: number): string => {
    const { median, min, max } = spreadOf(all.map((one) => one[of]));
    return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
  };
  return [
    quantiles("refresh"),
    quantiles("check"),
    spread("signIns", 2),
    spread("cpu", 0),
    spread("memory", 0),
  ].join(" | ");
}

exitOnSignals();
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
  },
});
const root = scratch(memoryDirectory());
const bundles = build(join(root, "bundles"), [WORKER, "caller", "resource"]);
pinLoad();
for (let i = 0; i < Number(values.rounds); i++) await round(root, bundles, Number(values.seconds));
console.log(`| hashed | people signing in | refresh, p50 / p99 / max ms | check, p50 / p99 / max ms | sign-ins a second | CPU ms a sign-in, all told | peak memory, MiB |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |`);
for (const way of WAYS) {
  for (const signers of SIGNERS) {
    const key = `${way} | ${signers}`;
    console.log(`| ${key} | ${rowOf(visits.get(key) ?? [])} |`);
  }
}
