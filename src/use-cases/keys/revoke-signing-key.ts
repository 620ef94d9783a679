import type { Actor } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type ChangeKeysDeps, rotateAndKnow } from "./rotate-signing-keys.ts";
import { type ShownKey, shownKeys } from "./shown-key.ts";

/**
 * Emergency revocation: the key verifies nothing from here on, and another signs at once. Repeating
 * it is harmless, also after a failure half way.
 */
export async function revokeSigningKey(
  deps: ChangeKeysDeps,
  actor: Actor,
  kid: string,
): Promise<Result<readonly ShownKey[], "not_found">> {
  const isFound = await deps.keys.revoke(kid, deps.clock(), actor).finally(deps.forgetKeys);
  if (!isFound) return err("not_found");
  deps.notify({ event: "signing_key_revoked", actor, kid });
  return ok(shownKeys(await rotateAndKnow(deps, actor), deps));
}
