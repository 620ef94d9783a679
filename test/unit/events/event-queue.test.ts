import { expect, it } from "vitest";
import { eventMessage } from "../../../src/api/wire/events/event-message.ts";
import { utf8 } from "../../../src/core/security/encoding.ts";
import { toldOfEnded } from "../../../src/persistence/d1/clients/client-secrets.ts";
import { eventQueue } from "../../../src/persistence/queue/event-queue.ts";
import type { EventMessage } from "../../../src/use-cases/events/ports.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { someMessage } from "../../support/event-samples.ts";

/** What Cloudflare takes in one call, and as one message. */
const MOST = { messages: 100, bytes: 256_000, message: 128_000 };

function recorded() {
  const calls: EventMessage[][] = [];
  const queue: Pick<Queue<EventMessage>, "sendBatch"> = {
    async sendBatch(batch) {
      calls.push([...batch].map(({ body }) => body));
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    },
  };
  return { calls, queue };
}

/** A role with all the permissions that it may have, whose edit ended very many secrets. */
const large = () => {
  const permissions = Array.from(
    { length: 100 },
    (_, at) => `${"r".repeat(32)}:${"s".repeat(28)}${at}`,
  );
  const ended = Array.from({ length: 10_000 }, () => `sec_${"s".repeat(28)}`);
  const context = { ip: "x".repeat(45), userAgent: "ü".repeat(256), requestId: "r".repeat(128) };
  return someMessage({
    type: "role.updated",
    data: { permissions, ...toldOfEnded(ended) },
    context,
  });
};

it("sends nothing of nothing", async () => {
  const { calls, queue } = recorded();
  await eventQueue(queue).send([]);
  expect(calls).toEqual([]);
});

it("sends all, in order, a hundred at once", async () => {
  const { calls, queue } = recorded();
  const messages = Array.from({ length: 250 }, () => someMessage());
  await eventQueue(queue).send(messages);
  expect(calls.flat()).toEqual(messages);
  expect(calls.map(({ length }) => length)).toEqual([100, 100, 50]);
});

it("sends fewer at once where they are large, so that no burst is refused for ever", async () => {
  const { calls, queue } = recorded();
  const messages = Array.from({ length: 100 }, (_, at) => (at % 3 === 0 ? someMessage() : large()));
  await eventQueue(queue).send(messages);
  expect(calls.flat()).toEqual(messages);
  expect(calls.length).toBeGreaterThan(1);
  for (const call of calls) {
    const bytes = call.reduce((sum, message) => sum + JSON.stringify(message).length, 0);
    expect(bytes).toBeLessThan(MOST.bytes);
    expect(call.length).toBeLessThanOrEqual(MOST.messages);
  }
});

it("no event is larger than a message may be", () => {
  expect(utf8(JSON.stringify(large())).length).toBeLessThan(MOST.message);
});

it("of secrets that an act ended an event names a hundred, and of more how many", () => {
  const ids = Array.from({ length: 101 }, (_, at) => `s${at}`);
  expect(toldOfEnded([])).toEqual({});
  expect(toldOfEnded(ids.slice(1))).toEqual({ ended_secrets: ids.slice(1) });
  expect(toldOfEnded(ids)).toEqual({
    ended_secrets: ids.slice(0, 100),
    ended_secrets_count: 101,
  });
});

it("what it sends is what the consumer takes", () => {
  for (const message of [someMessage(), large()]) {
    expect(eventMessage.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  }
});

it("a queue that does not answer is an outage", async () => {
  const queue = {
    sendBatch: async () => {
      throw new Error("Queue sendBatch failed");
    },
  };
  await expect(eventQueue(queue).send([someMessage()])).rejects.toThrow(Unavailable);
});
