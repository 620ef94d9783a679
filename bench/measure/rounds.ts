import type { Duration, Protocol, Row } from "../results.ts";
import type { Bundles, Operation, Running, Server } from "../servers/server.ts";
import { type Started, start } from "../servers/start.ts";
import { measure } from "./load.ts";
import { shuffled } from "./statistics.ts";
import { reasonOf, valid } from "./valid.ts";

/** Told of every step, so that whoever waits sees what is going on. */
export type Progress = (line: string) => void;

export type Context = {
  readonly protocol: Protocol;
  readonly bundles: Bundles;
  /** Where servers keep their files. */
  readonly root: string;
  readonly progress: Progress;
};

/**
 * Round by round, every server in a new order, one at a time, each started anew with empty
 * storage: what drifts on the machine meets all of them alike.
 */
export async function runRounds(servers: readonly Server[], context: Context): Promise<Row[]> {
  const rows = new Map<string, Row>();
  const { rounds } = context.protocol;
  for (let round = 1; round <= rounds; round++) {
    for (const server of shuffled(servers)) {
      await visit(server, rows, {
        ...context,
        progress: numbered(context.progress, round, rounds),
      });
    }
  }
  return servers.flatMap((server) =>
    server.operations.map((operation) => rowOf(rows, server, operation)),
  );
}

/** Says before every line which round it is. */
export const numbered =
  (progress: Progress, round: number, rounds: number): Progress =>
  (line) =>
    progress(`round ${round}/${rounds}  ${line}`);

/** A server that does not start voids this round of all of its operations, and nothing else. */
async function visit(server: Server, rows: Map<string, Row>, context: Context): Promise<void> {
  const starting = () => start(server, context.root, context.bundles);
  const [running] = await valid(`${server.name}: start`, context.progress, starting, (reason) => {
    for (const operation of server.operations) {
      const row = rowOf(rows, server, operation);
      rows.set(keyOf(server, operation), withVoid(row, reason));
    }
  });
  if (running !== undefined) await operate(server, running, rows, context);
}

async function operate(
  server: Server,
  running: Started,
  rows: Map<string, Row>,
  context: Context,
): Promise<void> {
  try {
    for (const operation of shuffled(server.operations)) {
      context.progress(`${server.name}: ${operation.name}`);
      const row = rowOf(rows, server, operation);
      rows.set(keyOf(server, operation), await oneMore(row, running, operation, context));
    }
  } finally {
    await running.stop();
  }
}

/** How long an operation is measured at all connections. */
export function durationOf({ kind, isHash }: Operation, protocol: Protocol): Duration {
  if (isHash) return protocol.hash;
  return kind === "part" ? protocol.part : protocol;
}

const withVoid = (row: Row, reason: string): Row => ({ ...row, voided: [...row.voided, reason] });

/** The row with one more round, or with the reason why there is none. */
async function oneMore(
  row: Row,
  running: Running,
  operation: Operation,
  { protocol, progress }: Context,
): Promise<Row> {
  const load = { origin: running.origins[operation.target] ?? "", pid: running.pid };
  const duration = durationOf(operation, protocol);
  try {
    const actors = await operation.actors(running, protocol.connections);
    const throughput = await measure({ ...load, actors, duration });
    // Anew: what was made before has grown old, or was cut off in the middle of a rotation.
    const single = await operation.actors(running, 1);
    const latency = await measure({ ...load, actors: single, duration: protocol.latency });
    return { ...row, rounds: [...row.rounds, { throughput, latency }] };
  } catch (error) {
    const reason = reasonOf(error);
    progress(`VOID ${row.server}: ${row.operation}: ${reason}`);
    return withVoid(row, reason);
  }
}

const keyOf = (server: Server, operation: Operation): string => `${server.name}/${operation.name}`;

function rowOf(rows: Map<string, Row>, server: Server, operation: Operation): Row {
  const { name, kind, request, requests, storage } = operation;
  return (
    rows.get(keyOf(server, operation)) ?? {
      server: server.name,
      runtime: server.runtime,
      operation: name,
      kind,
      request,
      requests,
      storage,
      rounds: [],
      voided: [],
    }
  );
}
