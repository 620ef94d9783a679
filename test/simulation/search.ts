import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { add, count, type Figures, noFigures } from "./figures.ts";
import { playing } from "./outside/install.ts";
import { planOf } from "./plan.ts";
import { simulate, type Violation } from "./simulate.ts";

/** Seeds, the last one not among them. */
export type Range = { readonly from: number; readonly to: number };

export type Found = { readonly seed: number; readonly violation: Violation };

export type Searched = { readonly figures: Figures; readonly found: Found | null };

/** Histories that are played at a time; a thread of its own is not worth its start for fewer. */
const PIECE = 50;

export const DEFAULT_JOBS = availableParallelism();

/** Plays histories until one violates an invariant. */
export async function search({ from, to }: Range): Promise<Searched> {
  const figures = noFigures();
  return playing(async () => {
    for (let seed = from; seed < to; seed++) {
      const plan = planOf(seed);
      const outcome = await simulate(plan);
      count(figures, plan, outcome);
      const { violation } = outcome;
      if (violation !== null) return { figures, found: { seed, violation } };
    }
    return { figures, found: null };
  });
}

/**
 * Plays histories in several threads, in pieces.
 *
 * @param tell called after each piece, with all that was played by then
 * @returns the violation of the lowest seed among those that were found
 */
export async function searchWide(
  { from, to }: Range,
  jobs: number,
  tell: (figures: Figures) => void,
): Promise<Searched> {
  const figures = noFigures();
  let found: Found | null = null;
  let next = from;
  const pieces = function* (): Generator<Range> {
    while (found === null && next < to) {
      const piece = { from: next, to: Math.min(next + PIECE, to) };
      next = piece.to;
      yield piece;
    }
  };
  const take = (searched: Searched) => {
    add(figures, searched.figures);
    if (searched.found !== null && searched.found.seed < (found?.seed ?? Infinity)) {
      ({ found } = searched);
    }
    tell(figures);
  };
  const count = Math.min(jobs, Math.ceil((to - from) / PIECE));
  if (count <= 1) for (const piece of pieces()) take(await search(piece));
  else await Promise.all(Array.from({ length: count }, () => workOff(pieces(), take)));
  return { figures, found };
}

/** One thread, which is given a piece whenever it has done the last one. */
async function workOff(pieces: Iterable<Range>, take: (searched: Searched) => void): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, "search-thread.ts"));
  try {
    for (const piece of pieces) {
      worker.postMessage(piece);
      const [searched]: Searched[] = await once(worker, "message"); // or it throws
      if (searched !== undefined) take(searched);
    }
  } finally {
    await worker.terminate();
  }
}
