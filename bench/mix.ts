import { type Load, type Measured, measure } from "./measure/load.ts";
import { type Context, numbered } from "./measure/rounds.ts";
import { shuffled } from "./measure/statistics.ts";
import { nothingSeen, valid } from "./measure/valid.ts";
import type { Duration, MixRow } from "./results.ts";
import { authService, authServiceNoble } from "./servers/auth-service.ts";
import {
  checkNow,
  checkOffline,
  originOf,
  refresh,
  signIn,
} from "./servers/auth-service-operations.ts";
import type { Operation, Server } from "./servers/server.ts";
import { type Started, start } from "./servers/start.ts";

/** Clients of one kind: an operation, and how many connections go on with it. */
type Crowd = { readonly as: string; readonly operation: Operation; readonly connections: number };

/** What a crowd saw. */
type Seen = { readonly as: string; readonly measured: Measured };

type Mix = {
  readonly beside: string;
  readonly server: Server;
  readonly crowds: readonly Crowd[];
};

/** What a hash stands in the way of, or might. */
const ORDINARY: readonly Crowd[] = [
  // In the isolate that hashes.
  { as: "check", operation: checkNow, connections: 4 },
  { as: "refresh", operation: refresh, connections: 4 },
  // Another Worker. Here it runs in the same process, and waits where the runtime has one thread.
  { as: "check elsewhere", operation: checkOffline, connections: 4 },
];

const SIGN_IN: Crowd = { as: "sign-in", operation: signIn("sign-in"), connections: 2 };

const MIXES: readonly Mix[] = [
  { beside: "nothing", server: authService, crowds: ORDINARY },
  { beside: "sign-in, noble", server: authServiceNoble, crowds: [...ORDINARY, SIGN_IN] },
  { beside: "sign-in, node:crypto", server: authService, crowds: [...ORDINARY, SIGN_IN] },
];

/**
 * Seconds that sign-ins go on for after the others: a moment without them would hold more checks
 * than all the time before.
 */
const SPARE = 3;

/**
 * How long checks and refreshes wait when others sign in. Rates and latencies are what counts:
 * CPU is the whole server's, whoever used it, and says nothing of one operation here.
 */
export async function mix(context: Context): Promise<MixRow[]> {
  const { rounds } = context.protocol;
  const rows = MIXES.flatMap(({ beside, crowds }) =>
    crowds.map(({ as }) => ({ beside, operation: as, ...nothingSeen<Measured>() })),
  );
  for (let round = 1; round <= rounds; round++) {
    const progress = numbered(context.progress, round, rounds);
    for (const one of shuffled(MIXES)) {
      const same = rows.filter(({ beside }) => beside === one.beside);
      const voiding = (reason: string) => {
        for (const { voided } of same) voided.push(reason);
      };
      const name = `beside ${one.beside}`;
      const seen = await valid(name, progress, () => visit(one, context), voiding);
      for (const { as, measured } of seen.flat()) {
        same.find(({ operation }) => operation === as)?.rounds.push(measured);
      }
    }
  }
  return rows;
}

/** A wrong reply to one of the crowds voids what all of them saw. */
async function visit(
  { server, crowds }: Mix,
  { root, bundles, protocol }: Context,
): Promise<Seen[]> {
  const running = await start(server, root, bundles);
  try {
    return await together(crowds, running, protocol.mix);
  } finally {
    await running.stop();
  }
}

async function together(
  crowds: readonly Crowd[],
  running: Started,
  duration: Duration,
): Promise<Seen[]> {
  const spare = { ...duration, measured: duration.measured + SPARE };
  const loads: { readonly as: string; readonly load: Load }[] = [];
  for (const crowd of crowds) {
    const { as, operation, connections } = crowd;
    const load = {
      origin: originOf(running, operation.target),
      pid: running.pid,
      actors: await operation.actors(running, connections),
      duration: crowd === SIGN_IN ? spare : duration,
    };
    loads.push({ as, load });
  }
  return Promise.all(loads.map(async ({ as, load }) => ({ as, measured: await measure(load) })));
}
