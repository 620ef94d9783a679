import { isYounger } from "../../domain/time.ts";
import type { Jwks, JwksCache } from "../../use-cases/keys/ports.ts";
import type { Clock } from "../../use-cases/outside.ts";

/** How old the copy may be, in milliseconds: a part of KV_PROPAGATION. */
export const JWKS_COPY_AGE = 10_000;

export type JwksCopy = {
  /** The copy while it is young; else what is read now. Null is nothing to keep. */
  read(): Promise<Jwks | null>;
  /** The next read asks again, and what is being read now is not kept. */
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
      const readAt = clock();
      if (copy !== null && isYounger(copy.readAt, readAt, JWKS_COPY_AGE)) return copy.jwks;
      const begun = generation;
      const jwks = await cache.read();
      // What was read before a change is no copy of what is there after it.
      if (begun === generation && jwks !== null) copy = { jwks, readAt };
      return jwks;
    },
    forget() {
      generation += 1;
      copy = null;
    },
  };
}
