import { afterEach, beforeEach, vi } from "vitest";
import type { AccountRecord, UserObjects, Users } from "../../src/use-cases/accounts/ports.ts";
import { accountChangesContract } from "./account-changes.ts";
import { accountProofsContract } from "./account-proofs.ts";
import { accountSessionsContract } from "./account-sessions.ts";
import { factorsContract } from "./factors.ts";
import { passkeysContract } from "./passkeys.ts";
import { refreshContract } from "./refresh.ts";
import { signInContract } from "./sign-in.ts";

export type AccountsHarness = {
  readonly users: Users;
  /** Hands other than the user's object. */
  readonly record: AccountRecord;
  readonly accounts: UserObjects;
};

/** @param make gives a store without users, under the policy of the samples */
export function accountsContract(make: () => Promise<AccountsHarness>): void {
  // The clock is Date, which the fakes and the real objects alike look at.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  signInContract(make);
  refreshContract(make);
  accountSessionsContract(make);
  accountChangesContract(make);
  accountProofsContract(make);
  factorsContract(make);
  passkeysContract(make);
}
