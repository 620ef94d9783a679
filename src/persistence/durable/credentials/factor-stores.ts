import type { Factor } from "../../../domain/credentials/factor.ts";
import type { FactorId } from "../../../domain/ids.ts";
import type { FactorStores } from "../../../use-cases/credentials/ports.ts";
import { kvMap } from "../kv-map.ts";

/** Second factors of one user, as the user's object stores them. */
export const kvFactorStores = (kv: SyncKvStorage): FactorStores => ({
  factors: kvMap<FactorId, Factor>(kv, "factors/"),
  recoveryCodes: kvMap<string, number>(kv, "recovery-codes/"),
  spent: kvMap<string, number>(kv, "spent/"),
});
