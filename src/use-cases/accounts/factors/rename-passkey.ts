import type { Person } from "../../../domain/access/actor.ts";
import type { Passkey } from "../../../domain/credentials/factor.ts";
import type { FactorId } from "../../../domain/ids.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import type { StepUpNeeded } from "../../../domain/tokens/access-token.ts";
import { insufficientFor } from "../prove-owner.ts";
import type { OwnFactorDeps } from "./enrol-totp.ts";

/** Calls a passkey another name, which changes nothing but what its owner sees. */
export async function renamePasskey(
  deps: OwnFactorDeps,
  { userId, sessionId }: Person,
  id: FactorId,
  name: string,
): Promise<Result<Passkey, "not_found" | StepUpNeeded>> {
  const answer = await deps.factors.renamePasskey(userId, { id, name, sessionId });
  if (answer.kind === "renamed") return ok(answer.passkey);
  return err(answer.kind === "none" ? "not_found" : insufficientFor(deps));
}
