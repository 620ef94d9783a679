import type { ThrottleState } from "../../../domain/credentials/throttle.ts";
import type { ProofStore, Prover } from "../../../use-cases/credentials/ports.ts";

const PREFIX = "proofs/";

/** Failed proofs of one user's password, as the user's object stores them. */
export const kvProofStore = (kv: SyncKvStorage): ProofStore => ({
  get: (by) => kv.get<ThrottleState>(PREFIX + by),
  set: (by, state) => kv.put(PREFIX + by, state),
  delete: (by) => kv.delete(PREFIX + by),
  entries: () =>
    [...kv.list<ThrottleState>({ prefix: PREFIX })].map(
      ([key, state]) => [key.slice(PREFIX.length) as Prover, state] as const, // written by set
    ),
});
