import { beforeEach, describe, expect, it } from "vitest";
import type { Role } from "../../src/domain/access/role.ts";
import type { ServiceAccountId } from "../../src/domain/ids.ts";
import type { Concerned, ProgramFeed } from "../../src/use-cases/clients/ports.ts";
import {
  disable,
  grant,
  PROGRAM_CHANGES,
  type ProgramStores,
  takeRole,
} from "../support/program-changes.ts";
import { someEdit } from "../support/samples.ts";
import { decidedOn, NOW, REPORTER, someAccount } from "../support/service-account-samples.ts";

export type ProgramFeedHarness = ProgramStores & { readonly feed: ProgramFeed };

const EVERYBODY: Concerned = { kind: "everybody" };
const HOLDERS: Concerned = { kind: "role", name: REPORTER.name };
const only = (id: ServiceAccountId): Concerned => ({ kind: "account", id });

/** @param make gives an empty feed, and stores without service accounts and roles of one's own */
export function programFeedContract(make: () => Promise<ProgramFeedHarness>): void {
  describe("ProgramFeed", () => {
    let on: ProgramFeedHarness;
    let feed: ProgramFeed;

    beforeEach(async () => {
      on = await make();
      ({ feed } = on);
      await on.roles.create(REPORTER, someEdit());
    });

    const made = async (roles: readonly Role[] = []) => {
      const account = someAccount({ roles });
      expect(await on.serviceAccounts.create(account)).toBe("created");
      return account;
    };
    /** New accounts, of whom nothing is noted. */
    const some = async (count: number, roles: readonly Role[] = []) => {
      const accounts = [];
      for (let i = 0; i < count; i++) accounts.push(await made(roles));
      await forgetAll();
      return accounts.map(({ id }) => id);
    };
    const pair = async (roles: readonly Role[] = []) => {
      const [one, two] = await some(2, roles);
      if (one === undefined || two === undefined) throw new Error("two were expected");
      return [one, two] as const;
    };
    const read = async (whom: Concerned) => {
      const noted = await feed.noted(whom);
      if (noted === null) throw new Error("nothing was noted");
      return noted;
    };
    const forgetAll = async () => {
      const told = await feed.noted(EVERYBODY);
      if (told !== null) await feed.forget(EVERYBODY, told, []);
    };
    const ids = async (whom: Concerned) => (await feed.noted(whom))?.ids.toSorted() ?? [];

    it("says so where nothing is noted", async () => {
      const [id] = await pair([REPORTER]);
      for (const whom of [EVERYBODY, HOLDERS, only(id)]) expect(await feed.noted(whom)).toBeNull();
    });

    it("notes no account that is made: nobody knows it yet", async () => {
      const { id } = await made([REPORTER]);
      for (const whom of [EVERYBODY, HOLDERS, only(id)]) expect(await feed.noted(whom)).toBeNull();
    });

    it.each(Object.entries(PROGRAM_CHANGES))(
      "notes that account and no other, for %s",
      async (_, { make }) => {
        const account = await made([REPORTER]);
        await some(1);
        await make(on, account);
        expect(await ids(EVERYBODY)).toEqual([account.id]);
        expect(await ids(only(account.id))).toEqual([account.id]);
      },
    );

    it("notes nobody for what moves nobody's rights", async () => {
      const { id, secret } = await made([REPORTER]);
      const unheld = { name: "unheld", description: "", permissions: ["reports:read"] };
      const edit = (role: Role) => ({ ...someEdit(), now: NOW, role, raise: null });
      await on.roles.create(unheld, someEdit());
      await forgetAll();
      await on.serviceAccounts.noteUse(secret.id, NOW, NOW);
      const disabled = { status: "disabled" } as const;
      expect(await on.serviceAccounts.update(id, disabled, decidedOn(2))).toBe(false);
      await on.roles.update("reporter", { ...REPORTER, description: "Reads" }, edit(REPORTER));
      await on.roles.update("unheld", { permissions: ["reports:*"] }, edit(unheld));
      await on.roles.remove({ ...unheld, permissions: ["reports:*"] }, someEdit());
      expect(await feed.noted(EVERYBODY)).toBeNull();
    });

    it("tells of one account what concerns that one alone", async () => {
      const [one, two] = await pair();
      await disable(on, one);
      expect(await ids(only(one))).toEqual([one]);
      expect(await feed.noted(only(two))).toBeNull();
    });

    it("AUZ-04 tells of a role whoever holds it, and of each of them", async () => {
      const holders = await pair([REPORTER]);
      const { id: other } = await made();
      await forgetAll();
      await grant(on, []);
      expect(await ids(HOLDERS)).toEqual(holders.toSorted());
      expect(await ids(EVERYBODY)).toEqual(holders.toSorted());
      for (const id of holders) expect(await ids(only(id))).toEqual([id]);
      expect(await feed.noted(only(other))).toBeNull();
    });

    it("tells with a role what else changed of those who hold it", async () => {
      const [one] = await pair([REPORTER]);
      const { id: other } = await made();
      await disable(on, one);
      await disable(on, other);
      expect(await ids(HOLDERS)).toEqual([one]);
      expect(await ids(EVERYBODY)).toEqual([one, other].toSorted());
    });

    it("AUZ-04 does not lose an account that lost its role after what that grants changed", async () => {
      const [one, two] = await pair([REPORTER]);
      await grant(on, []);
      await takeRole(on, one);
      expect(await ids(EVERYBODY)).toEqual([one, two].toSorted());
      expect(await ids(HOLDERS)).toEqual([one, two].toSorted());
    });

    it("AUZ-04 an account that lost a role is concerned by it until it was told, however often not", async () => {
      const [one, two] = await pair([REPORTER]);
      await takeRole(on, one);
      for (const whom of [only(one), EVERYBODY, HOLDERS]) {
        await feed.forget(whom, await read(whom), [one]);
        expect(await ids(HOLDERS)).toEqual([one]);
      }
      await grant(on, []);
      await feed.forget(HOLDERS, await read(HOLDERS), [two]);
      expect([await ids(HOLDERS), await ids(only(one))]).toEqual([[two], []]);
    });

    it("forgets what was told of one account, and nothing of others", async () => {
      const [one, two] = await pair();
      await disable(on, one);
      await disable(on, two);
      const told = await read(only(one));
      for (let i = 0; i < 2; i++) await feed.forget(only(one), told, []);
      expect(await ids(EVERYBODY)).toEqual([two]);
    });

    it("keeps the entry of a role for its other holders when one of them was told", async () => {
      const [one, two] = await pair([REPORTER]);
      await grant(on, []);
      await feed.forget(only(one), await read(only(one)), []);
      expect(await ids(only(two))).toEqual([two]);
      expect(await ids(EVERYBODY)).toContain(two);
    });

    it("forgets what was told of a role, and nothing of those who do not hold it", async () => {
      const [one] = await pair([REPORTER]);
      const { id: other } = await made();
      await disable(on, other);
      await disable(on, one);
      await grant(on, []);
      await feed.forget(HOLDERS, await read(HOLDERS), []);
      expect(await ids(EVERYBODY)).toEqual([other]);
    });

    it.each([
      ["one account", only],
      ["a role", () => HOLDERS],
      ["everybody", () => EVERYBODY],
    ])("keeps what is noted again while it is told: of %s", async (_, concerned) => {
      const [one] = await pair([REPORTER]);
      await disable(on, one);
      const told = await read(concerned(one));
      const enabled = { status: "active" } as const;
      expect(await on.serviceAccounts.update(one, enabled, decidedOn(2))).toBe(true);
      await feed.forget(concerned(one), told, []);
      expect(await ids(EVERYBODY)).toEqual([one]);
    });

    it.each([
      ["a role", HOLDERS],
      ["everybody", EVERYBODY],
    ])("notes anew and behind whoever of %s was not told", async (_, whom) => {
      const [one] = await pair([REPORTER]);
      await grant(on, []);
      const told = await read(whom);
      await feed.forget(whom, told, [one]);
      const again = await read(EVERYBODY);
      expect(again.ids).toEqual([one]);
      expect(again.upTo).toBeGreaterThan(told.upTo);
    });

    it("names those last whose news is the newest", async () => {
      const [one, two] = await pair();
      const { id: three } = await made();
      await forgetAll();
      for (const id of [three, one, two]) await disable(on, id);
      const enabled = { status: "active" } as const;
      expect(await on.serviceAccounts.update(three, enabled, decidedOn(2))).toBe(true);
      const told = await read(EVERYBODY);
      expect(told.ids).toEqual([one, two, three]);
      await feed.forget(EVERYBODY, told, [two, three]);
      expect((await read(EVERYBODY)).ids).toEqual([two, three]);
    });

    it("gives no number twice, though everything was forgotten", async () => {
      const [one] = await pair();
      await disable(on, one);
      const told = await read(EVERYBODY);
      await feed.forget(EVERYBODY, told, []);
      const enabled = { status: "active" } as const;
      expect(await on.serviceAccounts.update(one, enabled, decidedOn(2))).toBe(true);
      await feed.forget(EVERYBODY, told, []);
      expect(await ids(EVERYBODY)).toEqual([one]);
    });
  });
}
