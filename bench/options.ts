import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Protocol } from "./results.ts";

export type Options = {
  readonly isHelp: boolean;
  /** Shows that everything runs and answers rightly; its numbers are nobody's. */
  readonly isQuick: boolean;
  /** Tables and plots of what was measured before, by the present code. */
  readonly isReport: boolean;
  /** Part of the names of servers or operations; empty for all. */
  readonly only: string;
  /** The directory of performance.md. */
  readonly out: string;
  readonly protocol: Protocol;
};

export const USAGE = `npm run bench -- [options]
  --quick        is every reply right? Every operation of a full run once and briefly, and two
                 sizes of growth; without the rest of growth, the mix, the disk and start-up
                 (under 2 min, writes nothing)
  --only TEXT    servers and operations whose name contains TEXT, also those that a full run
                 leaves out (writes nothing)
  --rounds N     how often (5 as a rule)
  --report       measures nothing: tables and plots anew from performance/results.json
  --out DIR      where performance.md and performance/ are (docs as a rule)`;

const WHOLE = { warmUp: 3, measured: 10 };

/** All of it has to end within the hour. */
const FULL: Protocol = {
  rounds: 5,
  connections: 10,
  ...WHOLE,
  part: { warmUp: 1, measured: 1.5 },
  hash: WHOLE,
  latency: { warmUp: 0.2, measured: 0.8 },
  growth: { rounds: 3, warmUp: 0.2, measured: 0.8 },
  mix: { warmUp: 1, measured: 5 },
  // A disk varies more from machine to machine than more rounds could tell.
  disk: { rounds: 2 },
};

const BRIEF = { warmUp: 0.1, measured: 0.3 };

/** As long as it takes to see replies; hashes of few connections end sooner. */
const QUICK: Protocol = {
  ...FULL,
  rounds: 1,
  connections: 3,
  ...BRIEF,
  hash: BRIEF,
  part: { warmUp: 0.1, measured: 0.2 },
  latency: { warmUp: 0, measured: 0.1 },
  growth: { rounds: 1, warmUp: 0.1, measured: 0.2 },
};

/** @throws Error for an option that there is not, that another one excludes, or no count of rounds */
export function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      rounds: { type: "string" },
      out: { type: "string", default: join(import.meta.dirname, "../docs") },
    },
  });
  const { help: isHelp, quick: isQuick, report: isReport, only, out } = values;
  const measures = isQuick || only !== "" || values.rounds !== undefined;
  if (isReport && measures) throw new Error("--report measures nothing");
  const protocol = isQuick ? QUICK : FULL;
  const rounds = values.rounds === undefined ? protocol.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a count");
  const disk = { rounds: Math.min(rounds, protocol.disk.rounds) };
  return { isHelp, isQuick, isReport, only, out, protocol: { ...protocol, rounds, disk } };
}
