import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { carryOutRotation, type RotationDeps } from "./carry-out-rotation.ts";
import { type ShownKey, shownKeys } from "./shown-key.ts";

export type ChangeKeysDeps = RotationDeps & {
  /** From here on, even half done, this isolate goes by what D1 says. */
  readonly forgetKeys: () => void;
};

/**
 * Rotates the signing keys as far as it is time.
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
