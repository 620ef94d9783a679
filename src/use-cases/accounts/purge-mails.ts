import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { inBatches } from "../in-batches.ts";
import type { Clock } from "../outside.ts";
import type { Mails } from "./mail.ts";
import { MAIL_MEMORY } from "./send-once.ts";

export type PurgeMailsDeps = { readonly mails: Pick<Mails, "removeBefore">; readonly clock: Clock };

/** Forgets messages that no cap counts any more; the next run goes on. */
export async function purgeMails(deps: PurgeMailsDeps, _actor: Actor): Promise<Ok<number>> {
  const before = deps.clock() - MAIL_MEMORY;
  return ok(await inBatches((limit) => deps.mails.removeBefore(before, limit)));
}
