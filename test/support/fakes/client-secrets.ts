import { isLiving } from "../../../src/domain/clients/service-account.ts";
import type { MemoryDatabase } from "./memory-database.ts";

/** As the real adapter does it: where all that are left were superseded, the newest goes on. */
export function endSecrets(
  { clientSecrets }: MemoryDatabase,
  ids: readonly string[],
  now: number,
): void {
  const losing = new Set(ids.map((id) => clientSecrets.get(id)?.accountId));
  for (const id of ids) clientSecrets.delete(id);
  for (const accountId of losing) {
    const left = [...clientSecrets.values()].filter(
      (secret) => secret.accountId === accountId && isLiving(secret, now),
    );
    const newest = left.at(-1);
    if (newest === undefined || left.some(({ expiresAt }) => expiresAt === null)) continue;
    clientSecrets.set(newest.id, { ...newest, expiresAt: null });
  }
}
