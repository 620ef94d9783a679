import { DIMENSIONS } from "./growth-points.ts";
import { OPERATIONS } from "./growth-steps.ts";
import { durationOf } from "./measure/rounds.ts";
import type { Options } from "./options.ts";
import type { Duration } from "./results.ts";
import type { Operation, Server } from "./servers/server.ts";

/** Seconds on two cores of today, rather too many than too few. */
const BUILDS = 12;
/** A server until it answers, and until it is gone. */
const START = 1.5;
/** Sign-ins of the clients, before an operation is measured. */
const PREPARE = 0.8;
/** Hashes that ten connections still wait for when their round is over. */
const BACKLOG = 3;
/** A million accounts, and the hundred sign-ins of a person with as many sessions. */
const GROWTH_STARTS = 50;
/** Sign-ins of a mix's clients, and those that go on after the others. */
const SPARE = 4;
const START_UPS = 5 * START;

const whole = ({ warmUp, measured }: Duration): number => warmUp + measured;

/** @returns seconds that a run will take */
export function estimate(servers: readonly Server[], { protocol, isQuick, only }: Options): number {
  const { rounds, latency, mix, disk } = protocol;
  const one = (operation: Operation): number => {
    const preparation = operation.kind === "part" ? 0 : PREPARE;
    const backlog = !isQuick && hashes(operation) ? BACKLOG : 0;
    return whole(durationOf(operation, protocol)) + preparation + backlog;
  };
  const visit = (operations: readonly Operation[]): number =>
    operations.reduce((sum, operation) => sum + one(operation) + whole(latency), START);
  const all = rounds * servers.reduce((sum, { operations }) => sum + visit(operations), 0);
  if (isQuick || only !== "") return BUILDS + all;

  const mixes = rounds * 3 * (START + whole(mix) + SPARE);
  const written = BACKLOG + START + 2 * (whole(protocol) + PREPARE + whole(latency));
  return BUILDS + all + grown(protocol) + mixes + disk.rounds * written + START_UPS;
}

const hashes = ({ kind, isHash }: Operation): boolean =>
  kind === "sign-up" || kind === "sign-in" || isHash === true;

function grown({ growth }: Options["protocol"]): number {
  const points = DIMENSIONS.flat().length;
  return GROWTH_STARTS + growth.rounds * points * (0.5 + OPERATIONS.length * whole(growth));
}
