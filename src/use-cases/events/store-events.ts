import type { Actor } from "../../domain/access/actor.ts";
import { deletedUser } from "../../domain/events/event.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { type EraseDeps, eraseContext } from "./erase-context.ts";
import type { AuditTrail, EventMessage } from "./ports.ts";

/** Batches of the events of those who were deleted; the cron goes on. */
const ERASED_AT_ONCE = 3;

export type StoreEventsDeps = EraseDeps & { readonly audit: Pick<AuditTrail, "store"> };

/**
 * Stores events, each once however often it comes, and erases the context of whom they tell the
 * deletion of.
 *
 * @throws Unavailable when a database does not answer
 */
export async function storeEvents(
  deps: StoreEventsDeps,
  _actor: Actor,
  messages: readonly Pick<EventMessage, "event">[],
): Promise<Ok<null>> {
  await deps.audit.store(messages.map(({ event }) => event));
  const gone = messages.flatMap(({ event }) => deletedUser(event) ?? []);
  if (gone.length > 0) await eraseContext(deps, gone, ERASED_AT_ONCE);
  return ok(null);
}
