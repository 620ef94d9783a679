/**
 * `npm run load -- [--minutes N] [--engine noble|native]`: sign-ins, refreshes, checks and mail
 * together, with a flood of wrong passwords on top, against the service on the real runtime. Says
 * whether anything failed, was lost or grew. Times are reported and judged by nobody.
 */

import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startMailServer } from "../test/support/mail-server.ts";
import { build } from "./build.ts";
import { Journal, run } from "./load/clients.ts";
import { crowd, type Done } from "./load/crowd.ts";
import { heap, memory, type Samples } from "./load/memory.ts";
import * as verdicts from "./load/verdicts.ts";
import { commit, exitOnSignals, machine, memoryDirectory, pinLoad, scratch } from "./machine.ts";
import { type Inspector, inspect } from "./measure/inspector.ts";
import { accounts, launch } from "./servers/auth-service.ts";
import type { Server } from "./servers/server.ts";
import { type Started, start } from "./servers/start.ts";

/** Runs below this say nothing of memory: the runtime has not yet filled what it keeps. */
const MEMORY_MINUTES = 5;
const SAMPLE = 2_000; // milliseconds
const REST = 30_000; // milliseconds
/** Enough that each who forgets their password is somebody else. */
const PEOPLE = 20_000;
const KINDS = ["refresh", "check", "verify at 0 s", "verify offline", "introspect"];

type Engine = "noble" | "native";

async function load(minutes: number, engine: Engine): Promise<verdicts.Verdict[]> {
  const root = scratch(memoryDirectory());
  const bundles = build(`${root}/bundles`, ["auth-service", "caller", "resource"]);
  const mailServer = await startMailServer();
  const vars = { MAIL_TRANSPORT: mailServer, MAIL_API_KEY: "re_of_the_load" };
  const server: Server = {
    name: "load",
    runtime: "workerd",
    launch: () => ({
      ...launch(bundles, engine, accounts(PEOPLE), "auth-service", vars),
      inspected: true,
    }),
    operations: [],
  };
  pinLoad();
  const running = await start(server, root, bundles);
  try {
    const done: Done = { signIns: new Map(), mailed: new Set(), tried: new Set() };
    const journal = new Journal();
    const isolate = await inspect(running.inspector ?? "", "auth-service");
    const samples = await underLoad(running, isolate, done, journal, minutes);
    isolate.close();
    return await judged(running, done, journal, samples, { root, mailServer, minutes });
  } finally {
    await running.stop();
  }
}

async function underLoad(
  running: Started,
  isolate: Inspector,
  done: Done,
  journal: Journal,
  minutes: number,
): Promise<Samples> {
  const clients = await crowd(running, done);
  const begun = performance.now();
  const minute = () => (performance.now() - begun) / 60_000;
  const samples: Samples = { heap: [], process: [] };
  const sample = async () => {
    samples.process.push({ minute: minute(), mib: memory(running.pid) });
    samples.heap.push({ minute: minute(), mib: await heap(isolate) });
  };
  const isOver = () => minute() >= minutes;
  const sampling = (async () => {
    for (; !isOver(); await pause(SAMPLE)) await sample();
  })();
  await Promise.all(clients.map((client) => run(client, journal, isOver)));
  await sampling;
  return samples;
}

async function judged(
  running: Started,
  done: Done,
  journal: Journal,
  samples: Samples,
  { root, mailServer, minutes }: { root: string; mailServer: string; minutes: number },
): Promise<verdicts.Verdict[]> {
  const found = [
    verdicts.replies(journal),
    verdicts.answered(journal, KINDS),
    await verdicts.mails(mailServer, done),
    await verdicts.events(running, done),
    await verdicts.sessions(running, done),
    verdicts.throttles(root, done),
  ];
  if (minutes < MEMORY_MINUTES) return found;
  await pause(REST);
  return [...found, verdicts.memoryIsFlat(samples, memory(running.pid))];
}

exitOnSignals();
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    engine: { type: "string", default: "noble" },
  },
});
const engine = values.engine === "native" ? "native" : "noble";
const { cpu, kernel, workerd } = machine();
const found = await load(Number(values.minutes), engine);
console.log(
  `${values.minutes} minutes, ${engine}, commit ${commit()}, ${cpu}, Linux ${kernel}, workerd ${workerd}`,
);
for (const { what, holds, detail } of found) {
  console.log(`${holds ? "holds" : "FAILS"}: ${what}\n  ${detail}`);
}
if (found.some(({ holds }) => !holds)) process.exitCode = 1;
