import type { Actor } from "../../domain/access/actor.ts";
import type { UserId } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { eachOf } from "../each-of.ts";
import type { DeadLetters, EventMessage, Keeper, Notify, RecordOutbox } from "./ports.ts";

export type ConfirmEventsDeps = {
  readonly recordOutbox: Pick<RecordOutbox, "remove">;
  readonly deadLetters: Pick<DeadLetters, "remove">;
  readonly accounts: {
    confirmEvents(userId: UserId, places: readonly number[]): Promise<void>;
  };
  readonly throttle: {
    confirmEvents(object: string, places: readonly number[]): Promise<void>;
  };
  readonly notify: Notify;
};

/**
 * Tells those who keep events that were stored, and whose mail was sent: they forget theirs, and so
 * do the dead letters, where an earlier copy may be. A keeper that does not hear it sends its events
 * again, which changes nothing.
 */
export async function confirmEvents(
  deps: ConfirmEventsDeps,
  actor: Actor,
  messages: readonly EventMessage[],
): Promise<Ok<null>> {
  if (messages.length === 0) return ok(null);
  const groups = [...Map.groupBy(messages, ({ keeper }) => nameOf(keeper)).values()];
  const copies = () => deps.deadLetters.remove(messages.map(({ event }) => event.id));
  const confirmations = [copies, ...groups.map((group) => () => confirm(deps, group))];
  await eachOf(confirmations, async (tell) => {
    await tell().catch(() => deps.notify({ event: "events_not_confirmed", actor }));
  });
  return ok(null);
}

const nameOf = (keeper: Keeper): string =>
  keeper.kind === "record" ? keeper.kind : `${keeper.kind} ${keeper.id}`;

/** @param messages of one keeper */
async function confirm(deps: ConfirmEventsDeps, messages: readonly EventMessage[]): Promise<void> {
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
