import { setTimeout as pause } from "node:timers/promises";
import type { Exchange } from "../measure/load.ts";

/** What all clients together were told, and what went wrong. */
export class Journal {
  /** Replies by kind of client and status. */
  readonly replies = new Map<string, number>();
  /** Milliseconds that the longest wait for a good reply took, by kind. */
  readonly gaps = new Map<string, number>();
  readonly faults: string[] = [];

  note(kind: string, status: number): void {
    const key = `${kind} ${status}`;
    this.replies.set(key, (this.replies.get(key) ?? 0) + 1);
  }

  answered(kind: string, since: number): void {
    this.gaps.set(kind, Math.max(this.gaps.get(kind) ?? 0, performance.now() - since));
  }

  count(kind: string, status: number): number {
    return this.replies.get(`${kind} ${status}`) ?? 0;
  }
}

export type Answer = { readonly status: number; readonly body: string };

export type Client = {
  readonly kind: string;
  readonly origin: string;
  next(): Exchange;
  /** Replies that are right; a refusal to go on with later is 429 or 503, and says when. */
  readonly right: readonly number[];
  /** Told of right replies alone. */
  taken?(answer: Answer): void;
  /** Milliseconds between a reply and the next request. */
  readonly pause: number;
  /** How long it waits before it hangs up, if it does. */
  readonly patience?: number;
};

/** Longer than any line of hashes. Whoever waits so long has no answer. */
const TIMEOUT = 60_000;

/** One request after the other until the end; at the end nothing of it is under way. */
export async function run(client: Client, journal: Journal, isOver: () => boolean): Promise<void> {
  let since = performance.now();
  while (!isOver()) {
    const answer = await ask(client, journal);
    if (answer !== null && client.right.includes(answer.status)) {
      journal.answered(client.kind, since);
      since = performance.now();
      client.taken?.(answer);
    }
    await pause(client.pause);
  }
}

async function ask(client: Client, journal: Journal): Promise<Answer | null> {
  const { path, method, headers = {}, body = null } = client.next();
  const signal = AbortSignal.timeout(client.patience ?? TIMEOUT);
  try {
    const reply = await fetch(`${client.origin}${path}`, { method, headers, body, signal });
    const answer = { status: reply.status, body: await reply.text() };
    journal.note(client.kind, reply.status);
    const mayRefuse = [429, 503].includes(reply.status) && reply.headers.has("retry-after");
    if (!client.right.includes(reply.status) && !mayRefuse) {
      journal.faults.push(`${client.kind}: ${reply.status} ${answer.body.slice(0, 200)}`);
    }
    return answer;
  } catch (error) {
    if (client.patience === undefined) journal.faults.push(`${client.kind}: ${error}`);
    return null;
  }
}
