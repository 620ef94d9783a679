import type { ZodError } from "zod";
import type { Env } from "../bindings.ts";
import { errorDetails } from "../core/logging.ts";
import { SYSTEM } from "../domain/access/actor.ts";
import { type Services, servicesOf } from "../services.ts";
import { eventMessage } from "./wire/events/event-message.ts";

/** The queue of messages that no try could deliver, by how its name ends (wrangler.toml). */
const DEAD_LETTERS = /-dead-letters$/;

/** Seconds before the next try, doubled with each, and at most. */
const FIRST_DELAY = 2;
const LONGEST_DELAY = 600;

/** The consumer of both queues. A message is gone once it was dealt with; else it comes again. */
export async function queue(batch: MessageBatch, env: Env): Promise<void> {
  const services = servicesOf(env);
  if (services === "misconfigured") return batch.retryAll({ delaySeconds: LONGEST_DELAY });
  if (DEAD_LETTERS.test(batch.queue)) await bury(services, batch.messages);
  else await store(services, batch.messages);
}

/** All at once; where that fails, one by one, so that one bad message holds up no other. */
async function store(services: Services, messages: readonly Message[]): Promise<void> {
  const parsed = messages.map((message) => ({
    message,
    body: eventMessage.safeParse(message.body),
  }));
  const good = parsed.flatMap(({ body }) => (body.success ? body.data : []));
  for (const { message, body } of parsed) if (!body.success) retry(services, message, body.error);
  const well = parsed.filter(({ body }) => body.success).map(({ message }) => message);
  if (good.length === 0) return;
  try {
    await services.events.storeEvents(SYSTEM, good);
    for (const message of well) message.ack();
  } catch (error) {
    const [only] = well;
    if (only !== undefined && well.length === 1) retry(services, only, error);
    else for (const message of well) await store(services, [message]);
  }
}

async function bury(services: Services, messages: readonly Message[]): Promise<void> {
  for (const message of messages) {
    const body = eventMessage.safeParse(message.body);
    const id = body.success ? body.data.event.id : message.id;
    const reason = body.success ? "not_stored" : malformed(body.error);
    try {
      await services.events.buryMessage(SYSTEM, id, message.body, reason);
      message.ack();
    } catch (error) {
      retry(services, message, error);
    }
  }
}

/** Which field is at fault, first of all; what it says stays out. */
const malformed = ({ issues: [first] }: ZodError): string =>
  ["malformed", ...(first?.path ?? [])].join(" ").slice(0, 100);

function retry({ log }: Services, message: Message, error: unknown): void {
  log.error({ event: "message_not_delivered", attempts: message.attempts, ...errorDetails(error) });
  const delay = FIRST_DELAY * 2 ** Math.min(message.attempts - 1, 20);
  message.retry({ delaySeconds: Math.min(delay, LONGEST_DELAY) });
}
