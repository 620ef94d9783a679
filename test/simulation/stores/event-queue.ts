import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { EventMessage, EventQueue } from "../../../src/use-cases/events/ports.ts";
import type { World } from "../world.ts";

/** Milliseconds until a batch is delivered, and until what failed comes again. */
const DELIVERY = 1_000;
const RETRY = 30_000;

/** What is sent comes to some isolate's consumer, at least once. */
export const eventQueue = (world: World): EventQueue => ({
  send: async (messages) => deliverAfter(world, DELIVERY, messages),
});

function deliverAfter(world: World, wait: number, messages: readonly EventMessage[]): void {
  const { scheduler } = world;
  scheduler.at(scheduler.now + wait, () => deliver(world, messages).catch(world.mishap));
}

async function deliver(world: World, messages: readonly EventMessage[]): Promise<void> {
  const { random } = world.scheduler.context;
  const isolate = world.isolates[random.below(world.isolates.length)];
  if (isolate === undefined) throw new Error("no isolate consumes");
  const run = isolate.host.served(isolate.useCases.events.deliverEvents(SYSTEM, messages));
  const failed = await run.then(
    ({ value }) => [...value.keys()],
    (error) => {
      world.mishap(error);
      return messages;
    },
  );
  if (failed.length > 0) deliverAfter(world, RETRY, failed);
}
