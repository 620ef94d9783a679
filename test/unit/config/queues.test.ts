import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";

const file = join(import.meta.dirname, "../../../wrangler.toml");
const NAMES = [undefined, "staging", "production"];

type Database = {
  readonly binding: string;
  readonly database_name?: string;
  readonly migrations_dir?: string;
};
type Consumer = {
  readonly queue: string;
  readonly dead_letter_queue?: string;
  readonly max_retries?: number;
  readonly max_concurrency?: number | null;
};

/** What wrangler reads of it; its own types leave these open. */
function read(env: string | undefined) {
  const { queues, d1_databases } = unstable_readConfig({ config: file, env });
  const databases: readonly Database[] = d1_databases;
  const consumers: readonly Consumer[] = queues.consumers ?? [];
  return { databases, consumers, producers: queues.producers };
}

describe.each(NAMES)("the queues of the environment %s", (env) => {
  const { databases, consumers, producers } = read(env);
  const [events, letters] = consumers;

  it("what is sent is consumed, and what cannot be delivered ends where it is kept", () => {
    expect(producers).toEqual([
      expect.objectContaining({ binding: "EVENTS", queue: events?.queue }),
    ]);
    expect(events?.dead_letter_queue).toBe(letters?.queue);
    // The consumer tells the two apart by this (src/api/consume-messages.ts).
    expect(letters?.queue).toMatch(/-dead-letters$/);
    expect(events?.queue).not.toMatch(/-dead-letters$/);
    expect(consumers).toHaveLength(2);
  });

  it("is read by few at once, and tried for hours: a mail provider limits both", () => {
    expect(events?.max_concurrency).toBe(2);
    expect(events?.max_retries).toBe(30);
  });

  it("has an audit trail in a database of its own, with its own migrations", () => {
    const audit = databases.find(({ binding }) => binding === "AUDIT_DB");
    const main = databases.find(({ binding }) => binding === "DB");
    expect(audit?.migrations_dir).toBe("migrations/audit");
    expect(audit?.database_name).not.toBe(main?.database_name);
  });
});

it("no two environments share a queue", () => {
  const all = NAMES.flatMap((env) => read(env).consumers.map(({ queue }) => queue));
  expect(new Set(all).size).toBe(all.length);
});
