import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { RotationDeps } from "./carry-out-rotation.ts";
import { type ShownKey, shownKeys } from "./shown-key.ts";

/** The keys as they stand, read now. */
export async function listSigningKeys(
  deps: Pick<RotationDeps, "keys" | "clock" | "policy">,
  _actor: Actor,
): Promise<Ok<readonly ShownKey[]>> {
  return ok(shownKeys(await deps.keys.list(), deps));
}
