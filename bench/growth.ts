import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DIMENSIONS, PERSON, type Point } from "./growth-points.ts";
import { OPERATIONS, type Step, stepsOf } from "./growth-steps.ts";
import { type Measured, measure } from "./measure/load.ts";
import { type Context, numbered } from "./measure/rounds.ts";
import { shuffled } from "./measure/statistics.ts";
import { valid } from "./measure/valid.ts";
import type { GrowthRow } from "./results.ts";
import { authService, launch } from "./servers/auth-service.ts";
import { originOf, signedIn, type Tokens } from "./servers/auth-service-operations.ts";
import { bearer, expect, get } from "./servers/http.ts";
import type { Running, Server } from "./servers/server.ts";
import { type Started, start } from "./servers/start.ts";

/** A server at one size, and what was measured there by operation. */
type Place = {
  readonly point: Point;
  readonly running: Started;
  readonly rows: ReadonlyMap<Step["operation"], Measured[]>;
};

/**
 * How much more an operation costs where there is more of something. All servers of one dimension
 * stand side by side and take turns, in a new order each round; one that waits uses no CPU.
 *
 * One connection, so the figures are somewhat above those of ten. Rounds that were void are left
 * out, as is a size whose server did not start.
 */
export async function growth(context: Context, dimensions = DIMENSIONS): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  for (const points of dimensions) rows.push(...(await grow(points, context)));
  return rows;
}

async function grow(points: readonly Point[], context: Context): Promise<GrowthRow[]> {
  const root = mkdtempSync(join(context.root, "growth-"));
  const places: Place[] = [];
  const { rounds } = context.protocol.growth;
  try {
    for (const point of points) {
      const place = () => placeAt(point, { ...context, root });
      places.push(...(await valid(`${nameOf(point)}: start`, context.progress, place)));
    }
    for (let round = 1; round <= rounds; round++) {
      const progress = numbered(context.progress, round, rounds);
      for (const place of shuffled(places)) {
        const name = `${nameOf(place.point)}: sign in`;
        await valid(name, progress, () => visit(place, { ...context, progress }));
      }
    }
  } finally {
    await Promise.all(places.map(({ running }) => running.stop()));
    rmSync(root, { recursive: true, force: true }); // a million accounts are half a gigabyte
  }
  return places.flatMap(({ point: { dimension, size }, rows }) =>
    [...rows].map(([operation, rounds]) => ({ dimension, size, operation, rounds })),
  );
}

const nameOf = ({ dimension, size }: Point): string => `${dimension}: ${size}`;

async function placeAt(point: Point, { root, bundles }: Context): Promise<Place> {
  const server: Server = {
    ...authService,
    launch: (directory) => launch(directory, bundles, "native", point.seed),
  };
  const running = await start(server, root, bundles);
  return { point, running, rows: new Map(OPERATIONS.map((name) => [name, []])) };
}

/** Sign-in comes last: a session that it left open is ended at the next visit. */
async function visit({ point, running, rows }: Place, context: Context): Promise<void> {
  const { growth: duration } = context.protocol;
  const person = await signedIn(running, PERSON);
  await settle(running, person, point.sessions);
  const { others, last } = await stepsOf(running, point, person);
  for (const { operation, target, actor } of [...shuffled(others), last]) {
    const name = `${nameOf(point)}: ${operation}`;
    const load = { origin: originOf(running, target), pid: running.pid, actors: [actor], duration };
    rows.get(operation)?.push(...(await valid(name, context.progress, () => measure(load))));
  }
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
