import { parentPort, workerData } from "node:worker_threads";
import { fuzz } from "./campaign.ts";
import { loadTarget, readInputs } from "./corpus.ts";
import { countReached, reachedSince } from "./instrument.ts";
import { randomFrom } from "./random.ts";
import { type Assignment, tellInput } from "./watched.ts";

const { name, seconds, seed, shared }: Assignment = workerData;
countReached();
const { holds, seeds, maxLength } = await loadTarget(name);
const known = [...readInputs(name, "finds"), ...readInputs(name, "inputs"), ...seeds];
await holds(""); // what it imports when it is first used counts from now on, too
const until = performance.now() + seconds * 1_000;
const outcome = await fuzz({
  target: holds,
  reached: reachedSince(),
  seeds: known,
  random: randomFrom(seed),
  maxLength,
  goesOn(executions, input) {
    tellInput(shared, executions, input);
    return performance.now() < until;
  },
});
parentPort?.postMessage(outcome);
