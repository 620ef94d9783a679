import {
  type Factor,
  type FactorKind,
  type FactorProof,
  type HeldFactors,
  isConfirmed,
  usedAt,
} from "../../domain/credentials/factor.ts";
import type { FactorStores } from "./ports.ts";

/*
 * What a user's object decides about second factors. Every call is one synchronous step: of two
 * requests with the same code, one finds it used.
 */

/** @returns how to note that it was used, or null for what proves nothing (any more) */
export function takeProof(
  stores: FactorStores,
  proof: FactorProof,
  now: number,
): (() => void) | null {
  if (proof.kind === "recovery_code") {
    const { recoveryCodes } = stores;
    const isLeft = recoveryCodes.get(proof.hash) !== undefined;
    return isLeft ? () => void recoveryCodes.delete(proof.hash) : null;
  }
  const factor = stores.factors.get(proof.id);
  if (factor === undefined || !isConfirmed(factor)) return null;
  const used = usedAt(factor, proof, now);
  return used && (() => void stores.factors.set(used.id, used));
}

export const factorsOf = ({ factors }: Pick<FactorStores, "factors">): Factor[] =>
  [...factors.entries()].map(([, factor]) => factor);

export const heldFactors = (stores: FactorStores): HeldFactors => ({
  factors: factorsOf(stores),
  recoveryCodesLeft: [...stores.recoveryCodes.entries()].length,
});

/** The ways in which a second factor can be shown now. */
export function kindsOf(stores: FactorStores): FactorKind[] {
  const { factors, recoveryCodesLeft } = heldFactors(stores);
  const kinds = new Set<FactorKind>(factors.filter(isConfirmed).map(({ kind }) => kind));
  return recoveryCodesLeft > 0 ? [...kinds, "recovery_code"] : [...kinds];
}

export function replaceRecoveryCodes(
  { recoveryCodes }: FactorStores,
  hashes: readonly string[],
  now: number,
): void {
  for (const [hash] of [...recoveryCodes.entries()]) recoveryCodes.delete(hash);
  for (const hash of hashes) recoveryCodes.set(hash, now);
}

export function removeAllFactors(stores: FactorStores): void {
  for (const { id } of factorsOf(stores)) stores.factors.delete(id);
  replaceRecoveryCodes(stores, [], 0);
}

/** Forgets what nobody can ask for again. */
export function purgeSpent({ spent }: FactorStores, now: number): void {
  for (const [name, until] of [...spent.entries()]) if (until <= now) spent.delete(name);
}

/** When the next of it is forgotten (Unix milliseconds), or null when nothing is remembered. */
export function nextSpent({ spent }: FactorStores): number | null {
  const times = [...spent.entries()].map(([, until]) => until);
  return times.length === 0 ? null : Math.min(...times);
}
