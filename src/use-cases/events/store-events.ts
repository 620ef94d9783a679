import type { Actor } from "../../domain/access/actor.ts";
import { deletedUser } from "../../domain/events/event.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { eachOf } from "../each-of.ts";
import { type EraseDeps, eraseContext } from "./erase-context.ts";
import type { AuditTrail, EventMessage, Keeper, Notify, RecordOutbox } from "./ports.ts";

/** Batches of the events of those who were deleted; the cron goes on. */
const ERASED_AT_ONCE = 3;

export type StoreEventsDeps = EraseDeps & {
  readonly audit: Pick<AuditTrail, "store">;
  readonly recordOutbox: RecordOutbox;
  readonly accounts: {
    confirmEvents(userId: UserId, places: readonly number[]): Promise<void>;
  };
  readonly throttle: {
    confirmEvents(object: string, places: readonly number[]): Promise<void>;
  };
  readonly notify: Notify;
};

/**
 * Stores events, each once however often it comes, and erases the context of whom they tell the
 * deletion of.
 *
 * @throws Unavailable when a database does not answer
 */
export async function storeEvents(
  deps: Omit<StoreEventsDeps, "recordOutbox" | "accounts" | "throttle" | "notify">,
  _actor: Actor,
  messages: readonly EventMessage[],
): Promise<Ok<null>> {
  await deps.audit.store(messages.map(({ event }) => event));
  const gone = messages.flatMap(({ event }) => deletedUser(event) ?? []);
  if (gone.length > 0) await eraseContext(deps, gone, ERASED_AT_ONCE);
  return ok(null);
}

/**
 * Tells those who keep events that were stored, and whose mail was sent: they forget theirs. A
 * keeper that does not hear it sends its events again, which changes nothing.
 */
export async function confirmEvents(
  deps: StoreEventsDeps,
  actor: Actor,
  messages: readonly EventMessage[],
): Promise<Ok<null>> {
  const confirmations = [...Map.groupBy(messages, ({ keeper }) => nameOf(keeper)).values()];
  await eachOf(confirmations, async (group) => {
    await confirm(deps, group).catch(() => deps.notify({ event: "events_not_confirmed", actor }));
  });
  return ok(null);
}

const nameOf = (keeper: Keeper): string =>
  keeper.kind === "record" ? keeper.kind : `${keeper.kind} ${keeper.id}`;

/** @param messages of one keeper */
async function confirm(deps: StoreEventsDeps, messages: readonly EventMessage[]): Promise<void> {
  const keeper = messages[0]?.keeper;
  const places = messages.flatMap((message) =>
    message.keeper.kind === "record" ? [] : message.keeper.place,
  );
  switch (keeper?.kind) {
    case "user":
      return deps.accounts.confirmEvents(keeper.id, places);
    case "login_name":
      return deps.throttle.confirmEvents(keeper.id, places);
    case "record":
      return deps.recordOutbox.remove(messages.map(({ event }) => event.id));
  }
}
