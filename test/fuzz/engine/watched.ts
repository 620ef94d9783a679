import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Outcome } from "./campaign.ts";

export type Assignment = {
  readonly name: string;
  readonly seconds: number;
  readonly seed: number;
  /** What is executed now, for whoever watches: a count, a length and the code units. */
  readonly shared: SharedArrayBuffer;
};

const MAX_SHARED_UNITS = 100_000;
const HEAD_BYTES = 8;

/** Seconds that one input may take. */
const PATIENCE = 10;

export function tellInput(shared: SharedArrayBuffer, executions: number, input: string): void {
  const head = new Int32Array(shared, 0, 2);
  const units = new Uint16Array(shared, HEAD_BYTES);
  const length = Math.min(input.length, MAX_SHARED_UNITS);
  for (let at = 0; at < length; at++) units[at] = input.charCodeAt(at);
  head[1] = length;
  Atomics.store(head, 0, executions);
}

function inputIn(shared: SharedArrayBuffer): string {
  const [, length = 0] = new Int32Array(shared, 0, 2);
  return String.fromCharCode(...new Uint16Array(shared, HEAD_BYTES, length));
}

/** Runs a campaign in a thread of its own, and ends it when one input takes too long. */
export function watched(
  assignment: Omit<Assignment, "shared">,
): Promise<Outcome | { readonly hung: string }> {
  const shared = new SharedArrayBuffer(HEAD_BYTES + 2 * MAX_SHARED_UNITS);
  const worker = new Worker(join(import.meta.dirname, "worker.ts"), {
    workerData: { ...assignment, shared },
  });
  return new Promise((resolve, reject) => {
    let seen = -1;
    const timer = setInterval(() => {
      const executions = Atomics.load(new Int32Array(shared), 0);
      if (executions === seen) {
        resolve({ hung: inputIn(shared) });
        void worker.terminate();
      }
      // Before the first input the target is loaded, which takes as long as it takes.
      seen = executions === 0 ? -1 : executions;
    }, PATIENCE * 1_000);
    worker.once("message", resolve).once("error", reject);
    worker.once("exit", () => clearInterval(timer));
  });
}
