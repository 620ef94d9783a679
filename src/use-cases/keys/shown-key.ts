import {
  type SigningAlg,
  type SigningKey,
  type SigningKeyPolicy,
  type SigningKeyState,
  stateOf,
  verifiesUntil,
} from "../../domain/keys/signing-key.ts";
import type { Clock } from "../outside.ts";

/** State and times of a key, without its public and private halves. Times are Unix milliseconds. */
export type ShownKey = {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly state: SigningKeyState;
  readonly createdAt: number;
  readonly signsFrom: number | null;
  /** Infinite for a key that has no successor yet. */
  readonly verifiesUntil: number;
  readonly revokedAt: number | null;
};

export function shownKeys(
  keys: readonly SigningKey[],
  { clock, policy }: { readonly clock: Clock; readonly policy: SigningKeyPolicy },
): ShownKey[] {
  const now = clock();
  return keys.map((key) => ({
    kid: key.kid,
    alg: key.alg,
    state: stateOf(key, keys, now, policy),
    createdAt: key.createdAt,
    signsFrom: key.signsFrom,
    verifiesUntil: Math.min(
      verifiesUntil(key, keys, policy),
      key.revokedAt ?? Number.POSITIVE_INFINITY,
    ),
    revokedAt: key.revokedAt,
  }));
}
