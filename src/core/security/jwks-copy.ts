import type { Clock, Jwks, JwksCache } from "../../use-cases/ports.ts";
import { JWKS_COPY_AGE } from "../constants.ts";

export type JwksCopy = Pick<JwksCache, "read"> & {
  /** The next read asks the cache, and what is being read now is not kept. */
  forget(): void;
};

/**
 * The published set as this isolate read it a moment ago: its readers keep it for minutes, and a
 * look-up at the edge for each of them costs more than all the rest of the answer.
 */
export function jwksCopy(cache: JwksCache, clock: Clock): JwksCopy {
  let generation = 0;
  let copy: { readonly jwks: Jwks; readonly readAt: number } | null = null;

  return {
    async read() {
      // A clock that jumped back makes the copy's age unknown, so it counts as old.
      const age = copy === null ? -1 : clock() - copy.readAt;
      if (copy !== null && age >= 0 && age < JWKS_COPY_AGE) return copy.jwks;
      const begun = generation;
      const readAt = clock();
      const jwks = await cache.read();
      if (begun === generation && jwks !== null) copy = { jwks, readAt };
      return jwks;
    },
    forget() {
      generation += 1;
      copy = null;
    },
  };
}
