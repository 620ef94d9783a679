import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { publicJwk, signingAlg } from "../../core/security/jwk.ts";
import type { SigningKeys, StoredSigningKey } from "../../use-cases/ports.ts";
import { type Database, onD1 } from "./database.ts";
import { signingKeys } from "./schema.ts";

/** Every change is compare-and-set: it names what it expects, so running twice changes nothing. */
export function d1SigningKeys(db: Database): SigningKeys {
  return {
    async list() {
      const rows = await onD1(() =>
        db.select().from(signingKeys).orderBy(asc(signingKeys.sequence)),
      );
      return rows.map(keyOf);
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

function keyOf(row: typeof signingKeys.$inferSelect): StoredSigningKey {
  return {
    ...row,
    alg: signingAlg.parse(row.alg),
    publicJwk: publicJwk.parse(JSON.parse(row.publicJwk)),
  };
}
