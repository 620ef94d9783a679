import { type Measured, measure } from "./measure/load.ts";
import { type Context, nothingSeen, numbered, valid } from "./measure/rounds.ts";
import { shuffled } from "./measure/statistics.ts";
import type { MixRow } from "./results.ts";
import {
  authService,
  authServiceNoble,
  checkNow,
  checkOffline,
  refresh,
  signIn,
} from "./servers/auth-service.ts";
import { originOf } from "./servers/server.ts";
import { start } from "./servers/start.ts";

/** Clients of one kind: an operation, and how many connections go on with it. */
const CROWDS = [
  // In the isolate that hashes.
  { as: "check", operation: checkNow, connections: 4 },
  { as: "refresh", operation: refresh, connections: 4 },
  // Another Worker. Here it runs in the same process, and waits where the runtime has one thread.
  { as: "check elsewhere", operation: checkOffline, connections: 4 },
];
/** What a hash stands in the way of, or might. */
const SIGN_IN = { as: "sign-in", operation: signIn("sign-in"), connections: 2 };

const MIXES = [
  { beside: "nothing", server: authService, crowds: CROWDS },
  { beside: "sign-in, noble", server: authServiceNoble, crowds: [...CROWDS, SIGN_IN] },
  { beside: "sign-in, node:crypto", server: authService, crowds: [...CROWDS, SIGN_IN] },
];

/**
 * Seconds that sign-ins go on for after the others: a moment without them would hold more checks
 * than all the time before.
 */
const SPARE = 3;

/**
 * How long checks and refreshes wait when others sign in. Rates and latencies are what counts:
 * CPU is the whole server's, whoever used it, and says nothing of one operation here. A wrong
 * reply to one of the crowds voids what all of them saw.
 */
export async function mix(context: Context): Promise<MixRow[]> {
  const { rounds } = context.protocol;
  const mixes = MIXES.map((one) => ({
    ...one,
    rows: one.crowds.map(({ as }) => ({
      beside: one.beside,
      operation: as,
      ...nothingSeen<Measured>(),
    })),
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const { rows, ...one } of shuffled(mixes)) {
      const voiding = (reason: string) => {
        for (const { voided } of rows) voided.push(reason);
      };
      const name = `beside ${one.beside}`;
      const visiting = () => visit(one, context);
      const [seen = []] = await valid(name, numbered(context, round, rounds), visiting, voiding);
      seen.forEach((measured, index) => {
        rows[index]?.rounds.push(measured);
      });
    }
  }
  return mixes.flatMap(({ rows }) => rows);
}

/** @returns what each crowd saw */
async function visit(
  { server, crowds }: (typeof MIXES)[number],
  { root, bundles, protocol }: Context,
): Promise<Measured[]> {
  const running = await start(server, root, bundles);
  const { warmUp, measured } = protocol.mix;
  try {
    const loads: Parameters<typeof measure>[0][] = [];
    for (const { operation, connections } of crowds) {
      const spare = operation === SIGN_IN.operation ? SPARE : 0;
      loads.push({
        origin: originOf(running, operation.target),
        pid: running.pid,
        actors: await operation.actors(running, connections),
        duration: { warmUp, measured: measured + spare },
      });
    }
    return await Promise.all(loads.map(measure));
  } finally {
    await running.stop();
  }
}
