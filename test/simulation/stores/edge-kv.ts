import type { Jwks, JwksCache } from "../../../src/use-cases/keys/ports.ts";
import { strikes } from "../faults.ts";
import type { World } from "../world.ts";

/** Milliseconds that a location keeps what it read, a missing value too, at least and at most. */
const SHORTEST_KEPT = 60_000;
export const LONGEST_KEPT = 200_000;

/** Milliseconds by which a write that was acknowledged may come late. */
const LATEST = 60_000;

/**
 * Workers KV: one truth, and at each location what was read there a while ago, which is not renewed
 * when somebody writes. Writes land in their order.
 */
export class EdgeKv {
  readonly #world: World;
  /** When each kid was first to be had from the truth. */
  readonly shownSince = new Map<string, number>();
  #truth: Jwks | null = null;
  #landed = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** As one location sees it. */
  seenFromHere(): JwksCache {
    const { scheduler } = this.#world;
    let kept: { readonly jwks: Jwks | null; readonly until: number } | null = null;
    return {
      read: async () => {
        if (kept !== null && scheduler.now < kept.until) return kept.jwks;
        const age = SHORTEST_KEPT + scheduler.context.random.below(LONGEST_KEPT - SHORTEST_KEPT);
        kept = { jwks: this.#truth, until: scheduler.now + age };
        return kept.jwks;
      },
      write: async (jwks) => this.#write(jwks),
    };
  }

  #write(jwks: Jwks): void {
    const { scheduler } = this.#world;
    const late = strikes(this.#world, "kv late") ? scheduler.context.random.below(LATEST) : 0;
    this.#landed = Math.max(this.#landed, scheduler.now + late);
    const land = () => {
      this.#truth = jwks;
      for (const { kid } of jwks.keys) {
        if (!this.shownSince.has(kid)) this.shownSince.set(kid, scheduler.now);
      }
    };
    if (this.#landed === scheduler.now) land();
    else scheduler.at(this.#landed, land);
  }
}
