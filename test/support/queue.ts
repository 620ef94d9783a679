import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../src/bindings.ts";
import worker from "../../src/index.ts";
import type { EventMessage } from "../../src/use-cases/events/ports.ts";

/** As wrangler.toml names them. */
export const QUEUE = "auth-service-events";
export const DEAD_LETTERS = "auth-service-dead-letters";

/**
 * Hands messages to the consumer, as the platform does.
 *
 * @returns the places of those that were acknowledged and of those that are to come again, unless
 *   the whole batch is
 */
export async function deliver(
  queue: string,
  bodies: readonly unknown[],
  overrides: Record<string, unknown> = {},
): Promise<{ acknowledged: number[]; again: number[]; isWholeAgain: boolean }> {
  const replaced: Env = { ...env, ...overrides };
  const messages = bodies.map((body, at) => ({
    id: String(at),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, replaced);
  const result = await getQueueResult(batch, context);
  return {
    acknowledged: result.explicitAcks.map(Number).sort((a, b) => a - b),
    again: result.retryMessages.map(({ msgId }) => Number(msgId)).sort((a, b) => a - b),
    isWholeAgain: result.retryBatch.retry,
  };
}

/** Seconds after which a message comes again, after so many tries: one that cannot be read, or given. */
export async function delayAfter(
  attempts: number,
  body: unknown = null,
  overrides: Record<string, unknown> = {},
): Promise<number | undefined> {
  const replaced: Env = { ...env, ...overrides };
  let delay: number | undefined;
  const message: Message = {
    id: "strange",
    timestamp: new Date(),
    attempts,
    body,
    ack: () => undefined,
    retry: (options) => {
      delay = options?.delaySeconds;
    },
  };
  const whole = { ackAll: () => undefined, retryAll: () => undefined };
  const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } };
  await worker.queue({ queue: QUEUE, messages: [message], metadata, ...whole }, replaced);
  return delay;
}

/** A queue that takes nothing while it is told so, and then as the real one. */
export function faultyQueue() {
  const state = { isDown: true, refused: 0 };
  const queue = {
    async sendBatch(messages: Iterable<MessageSendRequest<EventMessage>>) {
      if (!state.isDown) return env.EVENTS.sendBatch([...messages]);
      state.refused++;
      throw new Error("injected fault in sendBatch");
    },
  };
  return { state, queue };
}

/** A real outage of the audit trail: its table is not there. */
export async function withoutAuditTrail<T>(work: () => Promise<T>): Promise<T> {
  await env.AUDIT_DB.prepare("alter table events rename to events_away").run();
  try {
    return await work();
  } finally {
    await env.AUDIT_DB.prepare("alter table events_away rename to events").run();
  }
}
