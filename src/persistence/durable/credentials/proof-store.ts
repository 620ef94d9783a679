import type { ThrottleState } from "../../../domain/credentials/throttle.ts";
import type { ProofStore, Prover } from "../../../use-cases/credentials/ports.ts";
import { kvMap } from "../kv-map.ts";

/** Failed proofs of one user's password, as the user's object stores them. */
export const kvProofStore = (kv: SyncKvStorage): ProofStore =>
  kvMap<Prover, ThrottleState>(kv, "proofs/");
