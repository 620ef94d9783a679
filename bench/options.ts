import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Protocol } from "./results.ts";

export type Options = {
  readonly isHelp: boolean;
  /** Shows that everything runs and answers rightly; its numbers are nobody's. */
  readonly isQuick: boolean;
  /** Part of the names of servers or operations; empty for all. */
  readonly only: string;
  /** The directory of performance.md. */
  readonly out: string;
  readonly protocol: Protocol;
};

export const USAGE = `npm run bench -- [options]
  --quick        everything once and briefly: is every reply right? (under 2 min, writes nothing)
  --only TEXT    servers and operations whose name contains TEXT (writes nothing)
  --rounds N     how often (5 as a rule)
  --out DIR      where performance.md and performance/ are written (docs as a rule)`;

/** All of it has to end within the hour. */
const FULL: Protocol = {
  rounds: 5,
  connections: 10,
  warmUp: 3,
  measured: 10,
  part: { warmUp: 0.5, measured: 1.5 },
  latency: { warmUp: 0.2, measured: 0.8 },
  growth: { rounds: 3, warmUp: 0.2, measured: 0.8 },
};

/** As long as it takes to see replies; hashes of few connections end sooner. */
const QUICK: Protocol = {
  rounds: 1,
  connections: 3,
  warmUp: 0.1,
  measured: 0.3,
  part: { warmUp: 0.1, measured: 0.2 },
  latency: { warmUp: 0, measured: 0.1 },
  growth: { rounds: 1, warmUp: 0.1, measured: 0.2 },
};

/** A disk varies more from machine to machine than more rounds could tell. */
export const diskProtocol = (protocol: Protocol): Protocol => ({
  ...protocol,
  rounds: Math.min(2, protocol.rounds),
});

/** @throws Error for an option that there is not, or rounds that are no count */
export function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      rounds: { type: "string" },
      out: { type: "string", default: join(import.meta.dirname, "../docs") },
    },
  });
  const protocol = values.quick ? QUICK : FULL;
  const rounds = values.rounds === undefined ? protocol.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a count");
  const { help: isHelp, quick: isQuick, only, out } = values;
  return { isHelp, isQuick, only, out, protocol: { ...protocol, rounds } };
}
