import * as z from "zod";
import type { SigningKey } from "../src/domain/keys/signing-key.ts";
import type { Database } from "./database.ts";

const time = z.int().nullable();
const count = z.int();

/** Neither half of a key is read. */
const key = z.object({
  kid: z.string().regex(/^[\w-]{1,64}$/),
  alg: z.enum(["ES256", "EdDSA"]),
  sequence: z.int(),
  createdAt: z.int(),
  signsFrom: time,
  revokedAt: time,
});

const keys = z.array(z.unknown());

const waiting = z.object({
  keys: z.string(),
  accounts: count,
  programs: count,
  feed: count,
  programFeed: count,
  outbox: count,
  outboxDueAt: time,
  letters: count,
  letterDiedAt: time,
});

const event = z.object({
  id: z.string(),
  type: z.string(),
  occurred_at: z.int(),
  outcome: z.string(),
  actor_kind: z.string(),
  actor_id: z.string(),
  subject_kind: z.string(),
  subject_id: z.string(),
});

/** One query for each database, since each starts wrangler. */
const DB_QUERY = `select
  (select json_group_array(json_object('kid', kid, 'alg', alg, 'sequence', sequence,
    'createdAt', created_at, 'signsFrom', signs_from, 'revokedAt', revoked_at))
    from signing_keys) as keys,
  (select count(*) from users) as accounts,
  (select count(*) from service_accounts) as programs,
  (select count(*) from change_feed) as feed,
  (select count(*) from service_account_feed) as programFeed,
  (select count(*) from outbox) as outbox,
  (select min(due_at) from outbox) as outboxDueAt,
  (select count(*) from dead_letters) as letters,
  (select min(died_at) from dead_letters) as letterDiedAt`;

const auditQuery = (limit: number): string => `select
    id, type, occurred_at, outcome, actor_kind, actor_id, subject_kind, subject_id
  from events order by occurred_at desc, id desc limit ${limit}`;

/**
 * What the databases say of the service. Times are Unix milliseconds.
 *
 * @property unreadableKeys how many rows of keys are not as the service writes them
 * @property outboxDueAt when the oldest event of the outbox is to be sent
 * @property events the newest first
 */
export type OpsState = Omit<z.output<typeof waiting>, "keys"> & {
  readonly keys: readonly SigningKey[];
  readonly unreadableKeys: number;
  readonly events: readonly z.output<typeof event>[];
};

/** @param limit events that are read, the newest */
export function readOpsState(db: Database, auditDb: Database, limit: number): OpsState {
  const [row] = db.readRows(DB_QUERY);
  const { keys: json, ...counts } = waiting.parse(row);
  const parsed = keys.parse(JSON.parse(json)).map((one) => key.safeParse(one));
  return {
    ...counts,
    keys: parsed.flatMap(({ data }) => data ?? []).sort((a, b) => b.sequence - a.sequence),
    unreadableKeys: parsed.filter(({ success }) => !success).length,
    events: z.array(event).parse(auditDb.readRows(auditQuery(limit))),
  };
}
