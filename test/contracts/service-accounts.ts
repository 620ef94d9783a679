import { beforeEach, describe, expect, it } from "vitest";
import type { ServiceAccountId } from "../../src/domain/ids.ts";
import { serviceAccountIdOf } from "../../src/domain/ids.ts";
import type { NewServiceAccount, Roles, ServiceAccounts } from "../../src/use-cases/ports.ts";
import { DAY, HOUR, someId } from "../support/samples.ts";

type Harness = { readonly serviceAccounts: ServiceAccounts; readonly roles: Roles };

/** The version that a new account has. */
const FIRST = 1;
const NOW = Date.UTC(2026, 0, 1);
const ROLE = { name: "reporter", description: "", permissions: ["reports:read"] };

const someAccount = (given: Partial<NewServiceAccount> = {}): NewServiceAccount => ({
  id: serviceAccountIdOf(someId()),
  name: "Nightly report",
  roles: [],
  secret: { id: someId(), hash: someId() },
  now: NOW,
  ...given,
});

/** @param make gives a store without service accounts and with the built-in roles alone */
export function serviceAccountsContract(make: () => Promise<Harness>): void {
  let accounts: ServiceAccounts;
  let roles: Roles;
  beforeEach(async () => {
    ({ serviceAccounts: accounts, roles } = await make());
    await roles.create(ROLE);
  });

  const created = async (given: Partial<NewServiceAccount> = {}): Promise<NewServiceAccount> => {
    const account = someAccount(given);
    expect(await accounts.create(account)).toBe("created");
    return account;
  };

  const versionOf = async (id: ServiceAccountId) => (await accounts.find(id))?.version;

  describe("ServiceAccounts", () => {
    it("keeps an account as it was made, its roles sorted, with its first secret", async () => {
      const { id, secret } = await created({ roles: ["user", "reporter"] });
      expect(await accounts.find(id)).toEqual({
        id,
        name: "Nightly report",
        status: "active",
        roles: ["reporter", "user"],
        version: 1,
        createdAt: NOW,
        updatedAt: NOW,
      });
      expect(await accounts.secretHashes(id, NOW)).toEqual([secret.hash]);
    });

    it("makes nothing at all for a role that does not exist", async () => {
      const account = someAccount({ roles: ["reporter", "no-such-role"] });
      expect(await accounts.create(account)).toBe("no_such_role");
      expect(await accounts.find(account.id)).toBeNull();
      expect(await accounts.secretHashes(account.id, NOW)).toEqual([]);
      expect(await accounts.list()).toEqual([]);
    });

    it("lists the accounts, the oldest first", async () => {
      const second = await created({ now: NOW + 1 });
      const first = await created();
      expect((await accounts.list()).map(({ id }) => id)).toEqual([first.id, second.id]);
    });

    it("finds nothing of an account that is not there", async () => {
      const { id } = someAccount();
      expect(await accounts.find(id)).toBeNull();
      expect(await accounts.secretHashes(id, NOW)).toEqual([]);
      expect(await accounts.update(id, { name: "?" }, NOW)).toBe(false);
      expect(await accounts.remove(id)).toBe(false);
    });

    it("renames without a new version, since no authority changed", async () => {
      const { id } = await created();
      expect(await accounts.update(id, { name: "Weekly report" }, NOW + 1)).toBe(true);
      expect(await accounts.find(id)).toMatchObject({
        name: "Weekly report",
        status: "active",
        version: 1,
        updatedAt: NOW + 1,
      });
    });

    it("moves the version with the status, and only when it changes", async () => {
      const { id } = await created();
      expect(await accounts.update(id, { status: "disabled" }, NOW + 1)).toBe(true);
      expect(await accounts.find(id)).toMatchObject({ status: "disabled", version: 2 });
      await accounts.update(id, { status: "disabled" }, NOW + 2);
      expect(await versionOf(id)).toBe(2);
      await accounts.update(id, { status: "active", name: "Back" }, NOW + 3);
      expect(await accounts.find(id)).toMatchObject({ status: "active", name: "Back", version: 3 });
    });

    it("gives and takes a role, a version each, and the same again changes nothing", async () => {
      const { id } = await created();
      for (const _ of [1, 2]) await accounts.setRole(id, "reporter", "assign_role", NOW + 1);
      const held = await accounts.find(id);
      expect(held).toMatchObject({ roles: ["reporter"], version: 2, updatedAt: NOW + 1 });
      for (const _ of [1, 2]) await accounts.setRole(id, "reporter", "remove_role", NOW + 2);
      const without = await accounts.find(id);
      expect(without).toMatchObject({ roles: [], version: 3, updatedAt: NOW + 2 });
    });

    it("gives no role that does not exist, and none to an account that is not there", async () => {
      const { id } = await created();
      await accounts.setRole(id, "no-such-role", "assign_role", NOW + 1);
      expect(await accounts.find(id)).toMatchObject({ roles: [], version: 1, updatedAt: NOW });
      const gone = someAccount().id;
      await accounts.setRole(gone, "reporter", "assign_role", NOW + 1);
      expect(await accounts.find(gone)).toBeNull();
      expect(await roles.remove("reporter")).toBe("removed");
    });

    it("lets older secrets go on until the time given, and not a millisecond longer", async () => {
      const { id, secret: first } = await created();
      const second = { id: someId(), hash: someId() };
      expect(await accounts.addSecret(id, second, NOW, NOW + DAY, FIRST)).toBe(true);
      const both = [first.hash, second.hash].sort();
      expect((await accounts.secretHashes(id, NOW + DAY - 1)).sort()).toEqual(both);
      expect(await accounts.secretHashes(id, NOW + DAY)).toEqual([second.hash]);
      expect(await accounts.secretHashes(id, NOW + 365 * DAY)).toEqual([second.hash]);
    });

    it("adds none to an account that was changed since it was looked at", async () => {
      const { id, secret: first } = await created();
      await accounts.setRole(id, "reporter", "assign_role", NOW);
      const second = { id: someId(), hash: someId() };
      expect(await accounts.addSecret(id, second, NOW, NOW + DAY, FIRST)).toBe(false);
      expect(await accounts.secretHashes(id, NOW + 365 * DAY)).toEqual([first.hash]);
    });

    it("keeps two at a time: the newest and the one before", async () => {
      const { id } = await created();
      const [second, third] = [1, 2].map(() => ({ id: someId(), hash: someId() }));
      if (second === undefined || third === undefined) throw new Error("two secrets");
      await accounts.addSecret(id, second, NOW, NOW + DAY, FIRST);
      await accounts.addSecret(id, third, NOW + HOUR, NOW + HOUR + DAY, FIRST);
      const going = (await accounts.secretHashes(id, NOW + DAY)).sort();
      expect(going).toEqual([second.hash, third.hash].sort());
      expect(await accounts.secretHashes(id, NOW + HOUR + DAY)).toEqual([third.hash]);
    });

    it("adds no secret to an account that is not there, and touches no other's", async () => {
      const other = await created();
      const secret = { id: someId(), hash: someId() };
      const gone = someAccount().id;
      expect(await accounts.addSecret(gone, secret, NOW, NOW, FIRST)).toBe(false);
      expect(await accounts.secretHashes(gone, NOW)).toEqual([]);
      expect(await accounts.secretHashes(other.id, NOW)).toEqual([other.secret.hash]);
    });

    it("removes an account with its secrets and roles, and no other", async () => {
      const [gone, stays] = [await created({ roles: ["reporter"] }), await created()];
      expect(await accounts.remove(gone.id)).toBe(true);
      expect(await accounts.remove(gone.id)).toBe(false);
      expect(await accounts.find(gone.id)).toBeNull();
      expect(await accounts.secretHashes(gone.id, NOW)).toEqual([]);
      expect(await accounts.secretHashes(stays.id, NOW)).toEqual([stays.secret.hash]);
      expect((await accounts.list()).map(({ id }) => id)).toEqual([stays.id]);
    });

    it("keeps a role that a service account holds from being removed", async () => {
      const { id } = await created({ roles: ["reporter"] });
      expect(await roles.remove("reporter")).toBe("role_in_use");
      await accounts.setRole(id, "reporter", "remove_role", NOW);
      expect(await roles.remove("reporter")).toBe("removed");
    });
  });
}
