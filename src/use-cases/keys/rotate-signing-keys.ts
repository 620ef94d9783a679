import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { carryOutRotation, type RotationDeps } from "./carry-out-rotation.ts";
import { type ShownKey, shownKeys } from "./shown-key.ts";

export type ChangeKeysDeps = RotationDeps & {
  /** Drops the copy of the keys, so that this isolate reads D1 before it next uses one. */
  readonly forgetKeys: () => void;
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
  try {
    return ok(shownKeys(await carryOutRotation(deps, actor, force), deps));
  } finally {
    deps.forgetKeys();
  }
}
