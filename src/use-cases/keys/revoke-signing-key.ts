import { err, ok, type Result } from "../../domain/result.ts";
import type { StoredSigningKey } from "./ports.ts";
import { type RotationDeps, rotateSigningKeys } from "./rotate-signing-keys.ts";

/**
 * The emergency: the key verifies nothing from here on, and another signs at once. Repeating it
 * is harmless, so that a failure half way is answered by asking again.
 */
export async function revokeSigningKey(
  deps: RotationDeps,
  kid: string,
): Promise<Result<StoredSigningKey[], "not_found">> {
  if (!(await deps.keys.revoke(kid, deps.clock()))) return err("not_found");
  deps.notify({ event: "signing_key_revoked", kid });
  return ok(await rotateSigningKeys(deps));
}
