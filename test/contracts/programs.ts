import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NewServiceAccount, Programs } from "../../src/use-cases/clients/ports.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import { disable, PROGRAM_CHANGES, type ProgramStores } from "../support/program-changes.ts";
import { HOUR, someEdit } from "../support/samples.ts";
import { REPORTER, someAccount } from "../support/service-account-samples.ts";

/** @property outage does something while D1 tells nobody about service accounts */
export type ProgramsHarness = ProgramStores & {
  readonly programs: Programs;
  readonly outage: (work: () => Promise<void>) => Promise<void>;
};

/** Milliseconds after which the objects read D1 before they answer. */
export const PROGRAM_MAX_AGE = HOUR;

/** @param make gives a store without service accounts, whose objects know nobody */
export function programsContract(make: () => Promise<ProgramsHarness>): void {
  describe("Programs", () => {
    let on: ProgramsHarness;
    let programs: Programs;
    let account: NewServiceAccount;
    let secret: { readonly id: string; readonly hash: string };

    // The clock is Date, which the fakes and the real objects alike look at.
    beforeEach(async () => {
      vi.useFakeTimers({ toFake: ["Date"] });
      on = await make();
      ({ programs } = on);
      await on.roles.create(REPORTER, someEdit());
      account = someAccount({ roles: [REPORTER] });
      secret = { id: account.secret.id, hash: account.secret.hash };
      await created(account);
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    const created = async (made: NewServiceAccount) =>
      expect(await on.serviceAccounts.create(made)).toBe("created");
    const find = () => programs.find(account.id);
    const stranger = someAccount().id;

    it("tells what D1 says of an account: its row, its rights and its secrets", async () => {
      await created(someAccount());
      expect(await find()).toEqual({
        id: account.id,
        status: "active",
        roles: ["reporter"],
        permissions: ["reports:read"],
        version: 1,
        tokensFrom: 1,
        secrets: [{ ...secret, lastUsedAt: null, expiresAt: null }],
      });
    });

    it.each(Object.entries(PROGRAM_CHANGES))(
      "REV-02 goes by its copy until it is told, and no longer: %s",
      async (_, { make, after }) => {
        const before = await find();
        await make(on, account);
        expect(await find()).toEqual(before);
        for (let told = 0; told < 2; told++) {
          await programs.catchUp(account.id);
          const now = await find();
          if (after === null) expect(now).toBeNull();
          else expect(now).toMatchObject({ id: account.id, ...after });
        }
      },
    );

    it("keeps apart what it knows of each", async () => {
      const other = someAccount();
      await created(other);
      const before = await programs.find(other.id);
      await find();
      await disable(on, account.id);
      await programs.catchUp(account.id);
      expect(await programs.find(other.id)).toEqual(before);
    });

    it("knows nothing of an id that nobody has, and looks it up each time", async () => {
      const late = someAccount();
      expect(await programs.find(late.id)).toBeNull();
      await programs.catchUp(late.id);
      await programs.noteUse(late.id, late.secret.id, Date.now(), 0);
      expect(await programs.find(late.id)).toBeNull();
      await created(late);
      expect(await programs.find(late.id)).toMatchObject({ id: late.id, version: 1 });
    });

    it("an account that is told before anybody asked for it is read when one does", async () => {
      await programs.catchUp(account.id);
      await disable(on, account.id);
      expect(await find()).toMatchObject({ status: "disabled" });
    });

    it("reads a copy anew that is too old, though nobody told it", async () => {
      await find();
      await disable(on, account.id);
      vi.setSystemTime(Date.now() + PROGRAM_MAX_AGE / 2);
      expect(await find()).toMatchObject({ status: "active" });
      vi.setSystemTime(Date.now() + PROGRAM_MAX_AGE / 2);
      expect(await find()).toMatchObject({ status: "disabled" });
    });

    it("remembers when a secret was used, and keeps the rest, its age among it", async () => {
      const before = await find();
      await disable(on, account.id);
      vi.setSystemTime(Date.now() + PROGRAM_MAX_AGE / 2);
      expect(await programs.noteUse(account.id, secret.id, 1_000, 0)).toBe(true);
      expect(await programs.noteUse(account.id, secret.id, 1_001, 500)).toBe(false);
      const used = { ...secret, lastUsedAt: 1_000, expiresAt: null };
      expect(await find()).toEqual({ ...before, secrets: [used] });
      await programs.noteUse(account.id, "none of its secrets", 2_000, 0);
      expect(await find()).toEqual({ ...before, secrets: [used] });
      vi.setSystemTime(Date.now() + PROGRAM_MAX_AGE / 2);
      expect(await find()).toMatchObject({ status: "disabled" });
    });

    it("RAT-05 an outage of D1 stops nobody whom it knows, and is no refusal of others", async () => {
      const before = await find();
      await on.outage(async () => {
        expect(await find()).toEqual(before);
        await expect(programs.find(stranger)).rejects.toThrow(Unavailable);
      });
      expect(await programs.find(stranger)).toBeNull();
    });

    it("CFW-05 vouches for nobody who is known to have changed until D1 says how", async () => {
      await find();
      await disable(on, account.id);
      await on.outage(async () => {
        await expect(programs.catchUp(account.id)).rejects.toThrow(Unavailable);
        await programs.noteUse(account.id, secret.id, 1_000, 0);
        await expect(find()).rejects.toThrow(Unavailable);
      });
      expect(await find()).toMatchObject({ status: "disabled" });
    });
  });
}
