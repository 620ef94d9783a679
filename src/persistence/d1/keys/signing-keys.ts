import { and, asc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Notify } from "../../../use-cases/events/ports.ts";
import type { SigningKeys } from "../../../use-cases/keys/ports.ts";
import type { Clock } from "../../../use-cases/outside.ts";
import { type Database, onD1 } from "../database.ts";
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
export function d1SigningKeys(db: Database, notify: Notify, clock: Clock): SigningKeys {
  return {
    async list() {
      const rows = await onD1(() =>
        db.select(columns).from(signingKeys).orderBy(asc(signingKeys.sequence)),
      );
      return keysIn(rows, clock(), notify);
    },

    async create({ publicJwk: jwk, ...key }) {
      const { meta } = await onD1(() =>
        db
          .insert(signingKeys)
          .values({ ...key, publicJwk: JSON.stringify(jwk) })
          .onConflictDoNothing()
          .run(),
      );
      return meta.changes > 0;
    },

    async schedule(kid, signsFrom) {
      await onD1(() =>
        db
          .update(signingKeys)
          .set({ signsFrom })
          .where(
            and(
              eq(signingKeys.kid, kid),
              isNull(signingKeys.revokedAt),
              or(isNull(signingKeys.signsFrom), gt(signingKeys.signsFrom, signsFrom)),
            ),
          )
          .run(),
      );
    },

    async revoke(kid, now) {
      const [, found] = await onD1(() =>
        db.batch([
          db
            .update(signingKeys)
            .set({ revokedAt: now })
            .where(and(eq(signingKeys.kid, kid), isNull(signingKeys.revokedAt))),
          db.select().from(signingKeys).where(eq(signingKeys.kid, kid)),
        ]),
      );
      return found.length > 0;
    },

    async withdraw(kid, now) {
      const { meta } = await onD1(() =>
        db
          .update(signingKeys)
          .set({ revokedAt: now })
          .where(
            and(
              eq(signingKeys.kid, kid),
              isNull(signingKeys.revokedAt),
              or(isNull(signingKeys.signsFrom), gt(signingKeys.signsFrom, now)),
            ),
          )
          .run(),
      );
      return meta.changes > 0;
    },

    async remove(kid) {
      await onD1(() => db.delete(signingKeys).where(eq(signingKeys.kid, kid)).run());
    },

    async rewrap(kid, old, fresh) {
      await onD1(() =>
        db
          .update(signingKeys)
          .set({ wrappedPrivate: fresh })
          .where(and(eq(signingKeys.kid, kid), eq(signingKeys.wrappedPrivate, old)))
          .run(),
      );
    },
  };
}
