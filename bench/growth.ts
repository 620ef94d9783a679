import { DIMENSIONS, PERSON, type Point } from "./growth-points.ts";
import { OPERATIONS, type Step, stepsOf } from "./growth-steps.ts";
import { type Measured, measure } from "./measure/load.ts";
import { type Context, numbered } from "./measure/rounds.ts";
import { shuffled } from "./measure/statistics.ts";
import { nothingSeen, type Seen, valid } from "./measure/valid.ts";
import type { GrowthRow } from "./results.ts";
import { authService, launch } from "./servers/auth-service.ts";
import { originOf, signedIn } from "./servers/auth-service-operations.ts";
import { bearer, expect, get, times } from "./servers/http.ts";
import type { Tokens } from "./servers/rotation.ts";
import type { Running, Server } from "./servers/server.ts";
import { type Started, start } from "./servers/start.ts";

/** One size, and what was measured there by operation. */
type Size = {
  readonly point: Point;
  readonly seen: ReadonlyMap<Step["operation"], Seen<Measured>>;
};

/** The server of a size. */
type Place = Size & { readonly running: Started };

/**
 * How much more an operation costs where there is more of something. All servers of one dimension
 * stand side by side and take turns, in a new order each round; one that waits uses no CPU.
 *
 * One connection, so the figures are somewhat above those of ten. A size whose server did not
 * start has void rounds only.
 */
export async function growth(context: Context, dimensions = DIMENSIONS): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  for (const points of dimensions) rows.push(...(await grow(points, context)));
  return rows;
}

async function grow(points: readonly Point[], context: Context): Promise<GrowthRow[]> {
  const sizes = points.map(sizeOf);
  const places: Place[] = [];
  const { rounds } = context.protocol.growth;
  try {
    for (const size of sizes) {
      const name = `${nameOf(size.point)}: start`;
      const voiding = (reason: string) => voidAll(size, reason, rounds);
      const starting = () => startedAt(size.point, context);
      const started = await valid(name, context.progress, starting, voiding);
      places.push(...started.map((running) => ({ ...size, running })));
    }
    for (let round = 1; round <= rounds; round++) {
      const progress = numbered(context.progress, round, rounds);
      for (const place of shuffled(places)) await visit(place, { ...context, progress });
    }
  } finally {
    await Promise.all(places.map(({ running }) => running.stop()));
  }
  return sizes.flatMap(({ point: { dimension, size }, seen }) =>
    [...seen].map(([operation, measured]) => ({ dimension, size, operation, ...measured })),
  );
}

const sizeOf = (point: Point): Size => ({
  point,
  seen: new Map(OPERATIONS.map((name) => [name, nothingSeen()])),
});

function voidAll({ seen }: Size, reason: string, rounds: number): void {
  for (const { voided } of seen.values()) voided.push(...times(rounds, () => reason));
}

const nameOf = ({ dimension, size }: Point): string => `${dimension}: ${size}`;

function startedAt(point: Point, { root, bundles }: Context): Promise<Started> {
  const server: Server = {
    ...authService,
    launch: (directory) => launch(directory, bundles, "native", point.seed),
  };
  return start(server, root, bundles);
}

/** Sign-in comes last: a session that it left open is ended at the next visit. */
async function visit(place: Place, { progress, protocol }: Context): Promise<void> {
  const { point, running, seen } = place;
  const preparing = `${nameOf(point)}: sign in`;
  const voiding = (reason: string) => voidAll(place, reason, 1);
  const [steps = []] = await valid(preparing, progress, () => stepsAt(place), voiding);
  for (const { operation, target, actor } of steps) {
    const name = `${nameOf(point)}: ${operation}`;
    const duration = protocol.growth;
    const load = { origin: originOf(running, target), pid: running.pid, actors: [actor], duration };
    const row = seen.get(operation);
    const measured = await valid(
      name,
      progress,
      () => measure(load),
      (reason) => row?.voided.push(reason),
    );
    row?.rounds.push(...measured);
  }
}

async function stepsAt({ point, running }: Place): Promise<Step[]> {
  const person = await signedIn(running, PERSON);
  await settle(running, person, point.sessions);
  const { others, last } = await stepsOf(running, point, person);
  return [...shuffled(others), last];
}

/** Makes PERSON have so many sessions; of too many the newest stay, as the service lists them. */
async function settle(running: Running, person: Tokens, wanted: number): Promise<void> {
  const header = bearer(person.access_token);
  const { body } = await expect(200, originOf(running), get("/v1/auth/sessions", header));
  const { sessions }: { sessions: { id: string }[] } = JSON.parse(body);
  // One by one: the throttle counts tries that have not ended yet, and refuses an eleventh.
  for (let i = sessions.length; i < wanted; i++) await signedIn(running, PERSON);
  for (const { id } of sessions.slice(wanted)) {
    const address = new URL(`/v1/auth/sessions/${id}`, originOf(running));
    const { status } = await fetch(address, { method: "DELETE", headers: header });
    if (status !== 204) throw new Error(`a session does not end: ${status}`);
  }
}
