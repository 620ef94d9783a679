import * as z from "zod";
import { errorDetails, type Log } from "../core/logging.ts";
import { SYSTEM } from "../domain/access/actor.ts";
import type { Services } from "../services.ts";
import { eachOf } from "../use-cases/each-of.ts";
import { NOT_DELIVERED } from "../use-cases/events/bury-message.ts";
import { Unavailable } from "../use-cases/outside.ts";
import { mailRequest } from "./wire/accounts/mail-request.ts";
import { eventMessage } from "./wire/events/event-message.ts";

/** The queue of messages that no try could deliver, by how its name ends (wrangler.toml). */
const DEAD_LETTERS = /-dead-letters$/;

/** Seconds before the next try, doubled with each, and at most. */
const FIRST_DELAY = 2;
export const LONGEST_DELAY = 600;

/** Seconds that a mail provider may ask for, at most. */
const LONGEST_ASKED = 3_600;

type Consumers = {
  readonly accountFlows: Pick<Services["accountFlows"], "answerMailRequest">;
  readonly events: Pick<Services["events"], "buryMessage" | "deliverEvents">;
  readonly log: Pick<Log, "error">;
  readonly metrics: Pick<Services["metrics"], "stored">;
};

/** As the platform brings it. */
type Batch = Pick<MessageBatch, "queue" | "messages">;

/** A message, and what it brings. */
type Brought<Body> = { readonly message: Message; readonly body: Body };
type BroughtEvent = Brought<z.output<typeof eventMessage>>;

/** Deals with each message of a batch by itself: what fails comes again, later with each try. */
export async function consumeMessages(services: Consumers, batch: Batch): Promise<void> {
  if (DEAD_LETTERS.test(batch.queue)) await bury(services, batch.messages);
  else await deliver(services, batch.messages);
}

async function deliver(services: Consumers, messages: readonly Message[]): Promise<void> {
  const events: BroughtEvent[] = [];
  const requests: Brought<z.output<typeof mailRequest>>[] = [];
  for (const message of messages) {
    const event = eventMessage.safeParse(message.body);
    const request = mailRequest.safeParse(message.body);
    if (event.success) events.push({ message, body: event.data });
    else if (request.success) requests.push({ message, body: request.data });
    else retry(services, message, faultOf(message.body, event, request));
  }
  // Beside each other: whoever waits for a mail does not wait for the audit trail.
  await Promise.all([
    deliverEvents(services, events),
    eachOf(requests, ({ message, body }) =>
      attempt(services, message, () => services.accountFlows.answerMailRequest(SYSTEM, body)),
    ),
  ]);
}

async function deliverEvents(services: Consumers, events: readonly BroughtEvent[]): Promise<void> {
  const { value: failed } = await services.events.deliverEvents(
    SYSTEM,
    events.map(({ body }) => body),
  );
  for (const { message, body } of events) {
    if (failed.has(body)) {
      retry(services, message, failed.get(body));
      continue;
    }
    services.metrics.stored(body.event.type);
    message.ack();
  }
}

const isRequest = z.object({ kind: z.literal("mail_request") });

/** What is wrong with a message, as what it was meant to be; undefined where nothing is. */
const faultOf = (
  body: unknown,
  event: z.ZodSafeParseResult<unknown>,
  request: z.ZodSafeParseResult<unknown>,
): z.ZodError | undefined => {
  if (event.success || request.success) return undefined;
  return isRequest.safeParse(body).success ? request.error : event.error;
};

async function attempt(
  services: Consumers,
  message: Message,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
    message.ack();
  } catch (error) {
    retry(services, message, error);
  }
}

async function bury(services: Consumers, messages: readonly Message[]): Promise<void> {
  for (const message of messages) {
    const event = eventMessage.safeParse(message.body);
    const request = mailRequest.safeParse(message.body);
    const id = event.data?.event.id ?? request.data?.id ?? message.id;
    const fault = faultOf(message.body, event, request);
    const reason = fault === undefined ? NOT_DELIVERED : malformed(fault);
    await attempt(services, message, () =>
      services.events.buryMessage(SYSTEM, id, message.body, reason),
    );
  }
}

/** Which field is at fault, first of all; what it says stays out. */
const malformed = ({ issues: [first] }: z.ZodError): string =>
  ["malformed", ...(first?.path ?? [])].join(" ").slice(0, 100);

function retry({ log }: Consumers, message: Message, error: unknown): void {
  log.error({ event: "message_not_delivered", attempts: message.attempts, ...errorDetails(error) });
  const doubled = FIRST_DELAY * 2 ** Math.min(message.attempts - 1, 20);
  const asked = error instanceof Unavailable ? (error.retryAfter ?? 0) : 0;
  const delaySeconds = Math.max(Math.min(doubled, LONGEST_DELAY), Math.min(asked, LONGEST_ASKED));
  message.retry({ delaySeconds });
}
