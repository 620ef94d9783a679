import { asc, type SQL, sql } from "drizzle-orm";
import { type Actor, SYSTEM } from "../../../domain/access/actor.ts";
import type { EventType } from "../../../domain/events/event.ts";
import type { Notify } from "../../../use-cases/events/ports.ts";
import type { SigningKeys } from "../../../use-cases/keys/ports.ts";
import type { Clock } from "../../../use-cases/outside.ts";
import { atomically, type Database, onD1 } from "../database.ts";
import { type Told, tellLater } from "../events/told.ts";
import { signingKeys } from "../schema.ts";
import { keysIn } from "./signing-key-rows.ts";

const columns = {
  id: signingKeys.kid,
  kid: signingKeys.kid,
  alg: signingKeys.alg,
  sequence: signingKeys.sequence,
  publicJwk: signingKeys.publicJwk,
  wrappedPrivate: signingKeys.wrappedPrivate,
  createdAt: signingKeys.createdAt,
  signsFrom: signingKeys.signsFrom,
  revokedAt: signingKeys.revokedAt,
  row_number: sql<number>`${signingKeys}.rowid`.as("row_number"),
};

/**
 * Every change is compare-and-set: it names what it expects, so running twice changes nothing.
 *
 * @param notify hears of keys that cannot be read
 */
export function d1SigningKeys(
  db: Database,
  notify: Notify,
  clock: Clock,
  told: Told = tellLater,
): SigningKeys {
  /**
   * Does it where the condition holds, and tells of it.
   *
   * @returns whether it was done
   */
  const change = async (
    actor: Actor,
    type: Extract<EventType, `key.${string}`>,
    kid: string,
    condition: SQL,
    done: SQL,
  ): Promise<boolean> => {
    const expected = sql`exists (select 1 from signing_keys where kid = ${kid} and ${condition})`;
    const [, changed] = await atomically(db, [
      told(actor, { kind: "key", id: kid }, { type }, expected),
      sql`${done} where kid = ${kid} and ${condition}`,
    ]);
    return Boolean(changed?.meta.changes);
  };

  return {
    async list() {
      const rows = await onD1(() =>
        db.select(columns).from(signingKeys).orderBy(asc(signingKeys.sequence)),
      );
      return keysIn(rows, clock(), notify);
    },

    async create({ kid, alg, sequence, createdAt, ...key }, actor = SYSTEM) {
      const [made] = await atomically(db, [
        sql`insert into signing_keys (kid, alg, sequence, public_jwk, wrapped_private, created_at,
            signs_from, revoked_at)
          values (${kid}, ${alg}, ${sequence}, ${JSON.stringify(key.publicJwk)},
            ${key.wrappedPrivate}, ${createdAt}, ${key.signsFrom}, ${key.revokedAt})
          on conflict do nothing`,
        told(
          actor,
          { kind: "key", id: kid },
          { type: "key.created" },
          sql`exists (select 1 from signing_keys where kid = ${kid})`,
        ),
      ]);
      return Boolean(made?.meta.changes);
    },

    async schedule(kid, signsFrom, actor = SYSTEM) {
      await change(
        actor,
        "key.scheduled",
        kid,
        sql`revoked_at is null and (signs_from is null or signs_from > ${signsFrom})`,
        sql`update signing_keys set signs_from = ${signsFrom}`,
      );
    },

    async revoke(kid, now, actor = SYSTEM) {
      const done = sql`update signing_keys set revoked_at = ${now}`;
      await change(actor, "key.revoked", kid, sql`revoked_at is null`, done);
      const [found] = await atomically(db, [sql`select 1 from signing_keys where kid = ${kid}`]);
      return Boolean(found?.results.length);
    },

    withdraw: (kid, now, actor = SYSTEM) =>
      change(
        actor,
        "key.withdrawn",
        kid,
        sql`revoked_at is null and (signs_from is null or signs_from > ${now})`,
        sql`update signing_keys set revoked_at = ${now}`,
      ),

    async remove(kid, actor = SYSTEM) {
      await change(actor, "key.removed", kid, sql`true`, sql`delete from signing_keys`);
    },

    async rewrap(kid, old, fresh, actor = SYSTEM) {
      await change(
        actor,
        "key.rewrapped",
        kid,
        sql`wrapped_private = ${old}`,
        sql`update signing_keys set wrapped_private = ${fresh}`,
      );
    },
  };
}
