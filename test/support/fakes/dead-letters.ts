import { NO_REQUEST } from "../../../src/domain/access/actor.ts";
import { contextOwner } from "../../../src/domain/events/event.ts";
import type { DeadLetters, EventMessage } from "../../../src/use-cases/events/ports.ts";

type Letter = {
  readonly id: string;
  readonly message: unknown;
  readonly reason: string;
  readonly diedAt: number;
};

export type MemoryDeadLetters = DeadLetters & { readonly all: () => Letter[] };

const isEvent = (message: unknown): message is EventMessage =>
  typeof message === "object" && message !== null && "event" in message;

const isRequest = (message: unknown): boolean =>
  typeof message === "object" &&
  message !== null &&
  "kind" in message &&
  message.kind === "mail_request";

/** @param isGone whether somebody was deleted */
export function memoryDeadLetters(isGone = (_: string): boolean => false): MemoryDeadLetters {
  const letters = new Map<string, Letter>();
  const change = (work: (letter: Letter) => unknown, limit: number): number => {
    const changed = [...letters.values()].flatMap((letter) => {
      const message = work(letter);
      return JSON.stringify(message) === JSON.stringify(letter.message)
        ? []
        : { ...letter, message };
    });
    for (const letter of changed.slice(0, limit)) letters.set(letter.id, letter);
    return Math.min(changed.length, limit);
  };
  const removeSome = (isMeant: (letter: Letter) => boolean, limit: number): number => {
    const meant = [...letters.values()].filter(isMeant).slice(0, limit);
    for (const { id } of meant) letters.delete(id);
    return meant.length;
  };
  return {
    all: () => [...letters.values()],
    async keep(id, message, reason, diedAt) {
      if (letters.has(id)) return;
      letters.set(id, { id, message: without(message, isGone), reason, diedAt });
    },
    async remove(ids) {
      for (const id of ids) letters.delete(id);
    },
    async forgetRequests(before, limit) {
      removeSome(({ message, diedAt }) => isRequest(message) && diedAt < before, limit);
    },
    async dropMail(before, limit) {
      change(({ message, diedAt }) => (diedAt < before ? withoutMail(message) : message), limit);
    },
    async removeBefore(before, limit) {
      removeSome(({ diedAt }) => diedAt < before, limit);
    },
    erase: async (ids, limit) =>
      change(({ message }) => without(message, (id) => ids.some((one) => one === id)), limit),
  };
}

function withoutMail(message: unknown): unknown {
  if (!isEvent(message)) return message;
  const { mail: _, ...others } = message;
  return others;
}

/** A message without those who are erased. */
function without(message: unknown, isErased: (id: string) => boolean): unknown {
  if (!isEvent(message)) return message;
  const { event, keeper } = message;
  const context = isErased(contextOwner(event)) ? NO_REQUEST : event.context;
  const erased = { ...event, context };
  return isErased(event.subject.id) ? { event: erased, keeper } : { ...message, event: erased };
}
