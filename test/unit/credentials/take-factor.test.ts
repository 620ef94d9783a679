import { expect, it } from "vitest";
import { kindsOf, nextSpent, purgeSpent } from "../../../src/use-cases/credentials/take-factor.ts";
import { memoryFactorStores } from "../../support/fakes/accounts.ts";
import { someFactorId, someSessionId } from "../../support/samples.ts";

it("the ways to go on are those that work now: no factor that waits, no code that is used up", () => {
  const stores = memoryFactorStores();
  const [id, begunIn] = [someFactorId(), someSessionId()];
  const enrolled = { id, createdAt: 1, begunIn, lastUsedAt: null };
  const totp = { ...enrolled, kind: "totp", wrappedSecret: "wrapped", lastStep: null } as const;
  stores.factors.set(id, { ...totp, confirmedAt: null });
  expect(kindsOf(stores)).toEqual([]);
  stores.factors.set(id, { ...totp, confirmedAt: 2 });
  expect(kindsOf(stores)).toEqual(["totp"]);
  stores.recoveryCodes.set("hash", 2);
  expect(kindsOf(stores)).toEqual(["totp", "recovery_code"]);
});

it("what must not be done twice is remembered while somebody can ask for it, each its time", () => {
  const stores = memoryFactorStores();
  expect(nextSpent(stores)).toBeNull();
  stores.spent.set("newer", 2_001);
  stores.spent.set("older", 2_000);
  expect(nextSpent(stores)).toBe(2_000);
  purgeSpent(stores, 1_999);
  expect([...stores.spent.entries()]).toHaveLength(2);
  purgeSpent(stores, 2_000);
  expect([...stores.spent.entries()]).toEqual([["newer", 2_001]]);
  purgeSpent(stores, 2_001);
  expect(nextSpent(stores)).toBeNull();
});
