import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { carryOutRotation, type RotationDeps } from "./carry-out-rotation.ts";
import type { StoredSigningKey } from "./ports.ts";
import { type ShownKey, shownKeys } from "./shown-key.ts";

export type ChangeKeysDeps = RotationDeps & {
  /** Drops the copy of the keys, so that this isolate reads D1 before it next uses one. */
  readonly forgetKeys: () => void;
  /** Has this isolate go by these, and by nothing that it knew before. */
  readonly keepKeys: (keys: StoredSigningKey[]) => void;
};

/**
 * Rotates the signing keys as far as their timestamps ask for.
 *
 * @param force start a rotation now, without waiting for the interval
 */
export async function rotateSigningKeys(
  deps: ChangeKeysDeps,
  actor: Actor,
  force: boolean,
): Promise<Ok<readonly ShownKey[]>> {
  return ok(shownKeys(await rotateAndKnow(deps, actor, force), deps));
}

/**
 * Whoever rotated knows the keys from then on, without D1: a set at the edge, which would have to
 * do where D1 does not answer, may still hold a key that was revoked here.
 */
export async function rotateAndKnow(
  deps: ChangeKeysDeps,
  actor: Actor,
  force = false,
): Promise<StoredSigningKey[]> {
  try {
    const keys = await carryOutRotation(deps, actor, force);
    deps.keepKeys(keys);
    return keys;
  } catch (error) {
    deps.forgetKeys();
    throw error;
  }
}
