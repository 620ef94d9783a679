import type { Jwks, JwksCache } from "../../use-cases/keys/ports.ts";
import type { Clock } from "../../use-cases/outside.ts";
import { JWKS_COPY_AGE } from "../config/constants.ts";
import { type IsolateCopy, isolateCopy } from "./isolate-copy.ts";

export type JwksCopy = Pick<IsolateCopy<Jwks | null>, "read" | "forget">;

/**
 * The published set as this isolate read it a moment ago: its readers keep it for minutes, and a
 * look-up at the edge for each of them costs more than all the rest of the answer.
 */
export const jwksCopy = (cache: JwksCache, clock: Clock): JwksCopy =>
  isolateCopy(() => cache.read(), JWKS_COPY_AGE, clock);
