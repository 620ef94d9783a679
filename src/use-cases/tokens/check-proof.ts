import { type Actor, atAal2, isPerson } from "../../domain/access/actor.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  type AskedProof,
  judgeClaims,
  type StepUpNeeded,
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
  const proof = isPerson(caller)
    ? { sid: caller.sessionId, acr: caller.proved.acr, auth_time: caller.proved.authTime / 1_000 }
    : { auth_time: 0 };
  const { permissions } = caller;
  const needed = permission === null ? [] : [permission];
  const withSecond = atAal2(caller)?.permissions ?? permissions;
  const found = judgeClaims({ ...proof, permissions }, withSecond, needed, asked, clock());
  return found === "enough" ? ok(null) : err(found);
}
