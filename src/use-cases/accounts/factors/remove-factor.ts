import type { Person } from "../../../domain/access/actor.ts";
import type { Password } from "../../../domain/credentials/password.ts";
import { causeOf } from "../../../domain/events/event.ts";
import type { FactorId } from "../../../domain/ids.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import { insufficientFor, type ProofRefusal, proveOwner } from "../prove-owner.ts";
import type { OwnFactorDeps } from "./enrol-totp.ts";

/** Removes one of one's own factors. Every other session has ended when it returns. */
export async function removeOwnFactor(
  deps: OwnFactorDeps,
  actor: Person,
  id: FactorId,
  password: Password | null,
): Promise<Result<null, ProofRefusal>> {
  const proven = await proveOwner(deps, actor, password);
  if (!proven.ok) return proven;
  const held = await deps.factors.listFactors(actor.userId);
  if (held?.factors.every((factor) => factor.id !== id) ?? true) return err("not_found");
  const cause = causeOf(actor);
  const command = { id, except: actor.sessionId, cause };
  const answer = await deps.factors.removeFactor(actor.userId, command);
  return answer === "removed" ? ok(null) : err(insufficientFor(deps));
}
