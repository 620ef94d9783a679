import { join } from "node:path";
import { parseArgs } from "node:util";
import { DIMENSIONS, OPERATIONS } from "./growth.ts";
import { durationOf } from "./measure/rounds.ts";
import type { Duration, Protocol } from "./results.ts";
import type { Operation, Server } from "./servers/server.ts";

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

const WHOLE = { warmUp: 3, measured: 9 };

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

/** Seconds on two cores of today, rather too many than too few. */
const COSTS = {
  builds: 14,
  /** A server until it answers, and until it is gone. */
  start: 1.5,
  /** Sign-ins of the clients, before an operation is measured. */
  prepare: 0.8,
  /** Hashes that ten connections still wait for when their round is over. */
  backlog: 3,
  /** A million accounts, and the hundred sign-ins of a person with as many sessions. */
  growth: 50,
  /** A mix's start, its clients' sign-ins, and those that go on after the others. */
  mix: 5.5,
  diskAndStarts: 40,
};

/** @returns seconds that a run will take */
export function estimate(servers: readonly Server[], { protocol, isQuick, only }: Options): number {
  const { rounds, latency, mix, growth } = protocol;
  const whole = ({ warmUp, measured }: Duration): number => warmUp + measured;
  const one = (operation: Operation): number => {
    const { kind, isHash } = operation;
    const isSlow = isHash || kind === "sign-up" || kind === "sign-in";
    const waiting =
      (kind === "part" ? 0 : COSTS.prepare) + (isSlow && !isQuick ? COSTS.backlog : 0);
    return whole(durationOf(operation, protocol)) + whole(latency) + waiting;
  };
  const visits = servers.flatMap(({ operations }) => [COSTS.start, ...operations.map(one)]);
  const all = COSTS.builds + rounds * visits.reduce((sum, seconds) => sum + seconds, 0);
  if (isQuick || only !== "") return all;
  const points = DIMENSIONS.flatMap((dimension) => dimension.points).length;
  const grown = growth.rounds * points * (2 + OPERATIONS.length * whole(growth));
  const mixed = rounds * 3 * (whole(mix) + COSTS.mix);
  return all + COSTS.growth + grown + mixed + COSTS.diskAndStarts;
}
