import type { Env } from "../bindings.ts";
import { servicesOf } from "../services.ts";
import { consumeMessages, LONGEST_DELAY } from "./consume-messages.ts";

/** The consumer of both queues. A message is gone once it was dealt with; else it comes again. */
export async function queue(batch: MessageBatch, env: Env): Promise<void> {
  const services = servicesOf(env);
  if (services === "misconfigured") return batch.retryAll({ delaySeconds: LONGEST_DELAY });
  await services.observe(
    { method: "QUEUE" },
    () => consumeMessages(services, batch),
    () => ({ route: batch.queue, outcome: "ok" }),
  );
}
