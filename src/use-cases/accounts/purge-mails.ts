import type { Actor } from "../../domain/access/actor.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { Clock } from "../outside.ts";
import type { Mails } from "./mail.ts";
import { MAIL_MEMORY } from "./send-once.ts";

/** Rows removed in one statement, and at most so often in a run. */
const BATCH = 500;
const MAX_BATCHES = 20;

export type PurgeMailsDeps = { readonly mails: Pick<Mails, "removeBefore">; readonly clock: Clock };

/** Forgets messages that no cap counts any more; the next run goes on. */
export async function purgeMails(deps: PurgeMailsDeps, _actor: Actor): Promise<Ok<number>> {
  const before = deps.clock() - MAIL_MEMORY;
  let removed = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    removed += await deps.mails.removeBefore(before, BATCH);
    if (removed < batch * BATCH) break;
  }
  return ok(removed);
}
