import { type Actor, atAal2, isPerson } from "../../domain/access/actor.ts";
import { grants } from "../../domain/access/permission.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  type AskedProof,
  provesEnough,
  type StepUpNeeded,
  stepUpNeeded,
} from "../../domain/tokens/access-token.ts";
import type { Clock } from "../outside.ts";

/**
 * Whether the caller may do something, by what they proved: their own token has to say it.
 *
 * @param permission null where none is needed
 */
export async function checkProof(
  { clock }: { readonly clock: Clock },
  caller: Actor,
  permission: string | null,
  asked: AskedProof,
): Promise<Result<null, "forbidden" | StepUpNeeded>> {
  if (permission !== null && !grants(caller.permissions, permission)) {
    const could = grants(atAal2(caller)?.permissions ?? [], permission);
    return err(could ? stepUpNeeded({ ...asked, acr: "aal2" }) : "forbidden");
  }
  const proof = isPerson(caller)
    ? { sid: caller.sessionId, acr: caller.proved.acr, auth_time: caller.proved.authTime / 1_000 }
    : { auth_time: 0 };
  return provesEnough(proof, asked, clock()) ? ok(null) : err(stepUpNeeded(asked));
}
