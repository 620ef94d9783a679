import type { Person } from "../../../domain/access/actor.ts";
import type { Password } from "../../../domain/credentials/password.ts";
import { causeOf } from "../../../domain/events/event.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import type { RecoveryCodes } from "../../credentials/ports.ts";
import { insufficientFor, type ProofRefusal, proveOwner } from "../prove-owner.ts";
import type { OwnFactorDeps } from "./enrol-totp.ts";

export type RenewDeps = OwnFactorDeps & { readonly recoveryCodes: RecoveryCodes };

/** A new set of recovery codes, shown once; the old one is void. Without a factor there is none. */
export async function renewRecoveryCodes(
  deps: RenewDeps,
  actor: Person,
  password: Password | null,
): Promise<Result<readonly string[], ProofRefusal>> {
  const proven = await proveOwner(deps, actor, password, { addsFactor: true });
  if (!proven.ok) return proven;
  const codes = deps.recoveryCodes.create();
  const hashes = codes.map((code) => deps.recoveryCodes.hash(actor.userId, code));
  const { userId, sessionId } = actor;
  const command = { hashes, sessionId, cause: causeOf(actor) };
  const answer = await deps.factors.renewRecoveryCodes(userId, command);
  if (answer === "renewed") return ok(codes);
  return err(answer === "none" ? "not_found" : insufficientFor(deps));
}
