import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../src/bindings.ts";
import service from "../../src/index.ts";
import type { MailRequest } from "../../src/use-cases/accounts/mail-request.ts";
import { faultyEnv } from "./faulty-env.ts";

export interface ChaosEnv extends Env {
  readonly KEPT_MESSAGES: DurableObjectNamespace<KeptMessages>;
  /** Seconds after which a message comes again, at most: who is in a hurry says less. */
  readonly LONGEST_RETRY: string;
}

/** Messages in one batch. */
const AT_ONCE = 100;

type Row = { id: number; body: string; attempts: number };

/**
 * Requests for mail as Cloudflare's queue keeps them: what it took, it brings until it is dealt
 * with. The local queue is in memory alone, and so forgets in a kill what it took.
 */
export class KeptMessages extends DurableObject<ChaosEnv> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: ChaosEnv) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`create table if not exists messages (id integer primary key autoincrement,
      body text not null, attempts integer not null, due_at integer not null)`);
  }

  async keep(request: MailRequest): Promise<void> {
    this.#sql.exec(
      "insert into messages (body, attempts, due_at) values (?, 0, ?)",
      JSON.stringify(request),
      Date.now(),
    );
    await this.bring();
  }

  /** @returns how many are left */
  async bring(): Promise<number> {
    const { left, next } = this.#sql
      .exec<{ left: number; next: number | null }>(
        "select count(*) as left, min(due_at) as next from messages",
      )
      .one();
    if (next !== null) await this.ctx.storage.setAlarm(next);
    return left;
  }

  override async alarm(): Promise<void> {
    const due = this.#sql
      .exec<Row>(
        "select id, body, attempts from messages where due_at <= ? limit ?",
        Date.now(),
        AT_ONCE,
      )
      .toArray();
    const messages = due.map((row) => this.#message(row));
    const queue = "auth-service-events";
    if (messages.length > 0) await service.queue(batchOf(queue, messages), faultyEnv(this.env));
    await this.bring();
  }

  #message({ id, body, attempts }: Row): Message {
    return {
      id: String(id),
      timestamp: new Date(),
      body: JSON.parse(body),
      attempts: attempts + 1,
      ack: () => void this.#sql.exec("delete from messages where id = ?", id),
      retry: ({ delaySeconds = 0 } = {}) =>
        void this.#sql.exec(
          "update messages set attempts = attempts + 1, due_at = ? where id = ?",
          Date.now() + retryIn(this.env, delaySeconds) * 1_000,
          id,
        ),
    };
  }
}

/** @returns seconds */
export const retryIn = ({ LONGEST_RETRY }: ChaosEnv, asked: number): number =>
  Math.min(asked, Number(LONGEST_RETRY));

const batchOf = (queue: string, messages: readonly Message[]): MessageBatch => ({
  queue,
  messages,
  metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
  ackAll: () => {
    for (const message of messages) message.ack();
  },
  retryAll: (options) => {
    for (const message of messages) message.retry(options);
  },
});
