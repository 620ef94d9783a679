import type { Duration, Protocol, Row } from "../results.ts";
import {
  type Bundles,
  type Operation,
  originOf,
  type Running,
  type Server,
} from "../servers/server.ts";
import { type Started, start } from "../servers/start.ts";
import { measure } from "./load.ts";
import { shuffled } from "./statistics.ts";

export type Context = {
  readonly protocol: Protocol;
  readonly bundles: Bundles;
  /** Where servers keep their files. */
  readonly root: string;
  /** Told of every step, so that whoever waits sees what is going on. */
  readonly progress: (line: string) => void;
};

/** What was measured, and why the rest was thrown away. */
export type Seen<T> = { readonly rounds: T[]; readonly voided: string[] };

export const nothingSeen = <T>(): Seen<T> => ({ rounds: [], voided: [] });

/**
 * @param onVoid told why the work failed: a void round counts nowhere, but is not forgotten
 * @returns what the work gave, or nothing when it failed
 */
export async function valid<T>(
  name: string,
  { progress }: Context,
  work: () => Promise<T>,
  onVoid: (reason: string) => void,
): Promise<T[]> {
  progress(name);
  try {
    return [await work()];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    progress(`VOID ${name}: ${reason}`);
    onVoid(reason);
    return [];
  }
}

/** Says before every line which round it is. */
export const numbered = (context: Context, round: number, rounds: number): Context => ({
  ...context,
  progress: (line) => context.progress(`round ${round}/${rounds}  ${line}`),
});

/** How long an operation is measured at all connections. */
export function durationOf({ kind, isHash }: Operation, protocol: Protocol): Duration {
  if (isHash) return protocol.hash;
  return kind === "part" ? protocol.part : protocol;
}

type Rows = ReadonlyMap<Operation, Row & Seen<Row["rounds"][number]>>;

/**
 * Round by round, every server in a new order, one at a time, each started anew with empty
 * storage: what drifts on the machine meets all of them alike.
 *
 * @param stay they go on standing side by side instead, with what they store; one that waits uses
 *   no CPU
 */
export async function runRounds(
  servers: readonly Server[],
  context: Context,
  stay = false,
): Promise<Row[]> {
  const all = servers.map((server) => ({ server, rows: rowsOf(server) }));
  const staying = new Map<Server, Started>();
  const { rounds } = context.protocol;
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const { server, rows } of shuffled(all)) {
        const running = await visit(server, rows, numbered(context, round, rounds), staying);
        if (running !== undefined && stay) staying.set(server, running);
        else await running?.stop();
      }
    }
  } finally {
    await Promise.all([...staying.values()].map((running) => running.stop()));
  }
  return all.flatMap(({ rows }) => [...rows.values()]);
}

const rowsOf = ({ name: server, runtime, operations }: Server): Rows =>
  new Map(
    operations.map((operation) => {
      const { name, kind, request, requests = 1, storage } = operation;
      const described = { server, runtime, operation: name, kind, request, requests, storage };
      return [operation, { ...described, ...nothingSeen() }];
    }),
  );

/** A server that does not start voids this round of all of its operations, and nothing else. */
async function visit(
  server: Server,
  rows: Rows,
  context: Context,
  staying: ReadonlyMap<Server, Started>,
): Promise<Started | undefined> {
  const starting = async () =>
    staying.get(server) ?? (await start(server, context.root, context.bundles));
  const voiding = (reason: string) => {
    for (const { voided } of rows.values()) voided.push(reason);
  };
  const [running] = await valid(`${server.name}: start`, context, starting, voiding);
  if (running === undefined) return undefined;
  for (const [operation, row] of shuffled([...rows])) {
    const name = `${server.name}: ${operation.name}`;
    const one = () => oneRound(running, operation, context.protocol);
    row.rounds.push(...(await valid(name, context, one, (reason) => row.voided.push(reason))));
  }
  return running;
}

async function oneRound(running: Running, operation: Operation, protocol: Protocol) {
  const load = { origin: originOf(running, operation.target), pid: running.pid };
  const actors = await operation.actors(running, protocol.connections);
  const duration = durationOf(operation, protocol);
  const throughput = await measure({ ...load, actors, duration });
  // Anew: what was made before has grown old, or was cut off in the middle of a rotation.
  const single = await operation.actors(running, 1);
  const latency = await measure({ ...load, actors: single, duration: protocol.latency });
  return { throughput, latency };
}
