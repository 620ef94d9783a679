import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN, BUILT_IN_ROLES } from "../../src/domain/access/role.ts";
import type { ServiceAccountId } from "../../src/domain/ids.ts";
import { MAX_SERVICE_ACCOUNTS } from "../../src/domain/limits.ts";
import type { Roles } from "../../src/use-cases/access/ports.ts";
import type { NewServiceAccount, ServiceAccounts } from "../../src/use-cases/clients/ports.ts";
import { someActor, someEdit } from "../support/samples.ts";
import {
  decidedOn,
  NOW,
  REPORTER,
  someAccount,
  USER_ROLE,
} from "../support/service-account-samples.ts";

type Harness = { readonly serviceAccounts: ServiceAccounts; readonly roles: Roles };

/** The version that a new account has. */
const FIRST = 1;
const ACTOR = someActor("*");
const unedited = (role: typeof REPORTER) => ({ ...someEdit(), now: NOW, role, raise: null });

/** @param make gives a store without service accounts and with the built-in roles alone */
export function serviceAccountsContract(make: () => Promise<Harness>): void {
  let accounts: ServiceAccounts;
  let roles: Roles;
  beforeEach(async () => {
    ({ serviceAccounts: accounts, roles } = await make());
    await roles.create(REPORTER, someEdit());
  });

  const created = async (given: Partial<NewServiceAccount> = {}): Promise<NewServiceAccount> => {
    const account = someAccount(given);
    expect(await accounts.create(account)).toBe("created");
    return account;
  };
  const give = (id: ServiceAccountId, version: number, now = NOW) =>
    accounts.setRole(id, "reporter", [REPORTER], decidedOn(version, now));
  const take = (id: ServiceAccountId, version: number, now = NOW) =>
    accounts.setRole(id, "reporter", [], decidedOn(version, now));

  describe("ServiceAccounts", () => {
    it("keeps an account as it was made, its roles sorted, with what they grant", async () => {
      const { id } = await created({ roles: [USER_ROLE, REPORTER] });
      const account = {
        id,
        name: "Nightly report",
        status: "active",
        roles: ["reporter", "user"],
        version: 1,
        tokensFrom: 1,
        createdAt: NOW,
        updatedAt: NOW,
      };
      expect(await accounts.find(id)).toEqual({ ...account, permissions: ["reports:read"] });
      expect(await accounts.list()).toEqual([account]);
    });

    it("tells what the roles of an account amount to as they are", async () => {
      const other = { name: "auditor", description: "", permissions: ["reports:read", "audit:*"] };
      await roles.create(other, someEdit());
      const { id } = await created({ roles: [REPORTER, other] });
      expect((await accounts.find(id))?.permissions).toEqual(["audit:*", "reports:read"]);
      await roles.update("auditor", { permissions: ["reports:*"] }, unedited(other));
      expect((await accounts.find(id))?.permissions).toEqual(["reports:*"]);
      const admin = BUILT_IN_ROLES.filter((role) => role.name === ADMIN);
      expect((await accounts.find((await created({ roles: admin })).id))?.permissions).toEqual([
        "*",
      ]);
    });

    it("makes nothing at all for a role that is not what was looked at, or not there", async () => {
      for (const role of [
        { ...REPORTER, name: "no-such-role" },
        { ...REPORTER, permissions: [] },
        { ...REPORTER, permissions: ["reports:write"] },
        { ...REPORTER, permissions: ["reports:read", "reports:write"] },
      ]) {
        const account = someAccount({ roles: [USER_ROLE, role] });
        expect(await accounts.create(account)).toBe("moved");
        expect(await accounts.withSecrets(account.id, NOW)).toBeNull();
      }
      expect(await accounts.list()).toEqual([]);
    });

    it("takes no role that vanished for one that is there, also if it granted nothing", async () => {
      const gone = { name: "empty", description: "", permissions: [] };
      expect(await accounts.create(someAccount({ roles: [gone] }))).toBe("moved");
      const { id } = await created();
      expect(await accounts.setRole(id, gone.name, [gone], decidedOn(FIRST))).toBe(false);
      expect(await accounts.find(id)).toMatchObject({ roles: [], version: FIRST });
    });

    it("makes as many as there may be, and no more", async () => {
      const all = Array.from({ length: MAX_SERVICE_ACCOUNTS }, () =>
        accounts.create(someAccount()),
      );
      expect(new Set(await Promise.all(all))).toEqual(new Set(["created"]));
      const late = someAccount();
      expect(await accounts.create(late)).toBe("too_many");
      expect(await accounts.find(late.id)).toBeNull();
    });

    it("lists the accounts, the oldest first", async () => {
      const second = await created({ now: NOW + 1 });
      const first = await created();
      expect((await accounts.list()).map(({ id }) => id)).toEqual([first.id, second.id]);
    });

    it("finds nothing of an account that is not there", async () => {
      const { id } = someAccount();
      expect(await accounts.find(id)).toBeNull();
      expect(await accounts.withSecrets(id, NOW)).toBeNull();
      expect(await accounts.update(id, { name: "?" }, decidedOn(FIRST))).toBe(false);
      expect(await give(id, FIRST)).toBe(false);
      expect(await accounts.remove(id, ACTOR, FIRST)).toBe("not_found");
    });

    it("renames without a new version, since no authority changed", async () => {
      const { id } = await created();
      const renamed = { name: "Weekly report" };
      expect(await accounts.update(id, renamed, decidedOn(FIRST, NOW + 1))).toBe(true);
      expect(await accounts.find(id)).toMatchObject({
        name: "Weekly report",
        status: "active",
        version: 1,
        updatedAt: NOW + 1,
      });
    });

    it("moves the version with the status, and only when it changes", async () => {
      const { id } = await created();
      const disabled = { status: "disabled" } as const;
      expect(await accounts.update(id, disabled, decidedOn(FIRST))).toBe(true);
      expect(await accounts.find(id)).toMatchObject({ status: "disabled", version: 2 });
      expect(await accounts.update(id, disabled, decidedOn(2))).toBe(true);
      expect(await accounts.find(id)).toMatchObject({ status: "disabled", version: 2 });
      await accounts.update(id, { status: "active", name: "Back" }, decidedOn(2));
      expect(await accounts.find(id)).toMatchObject({ status: "active", name: "Back", version: 3 });
    });

    it("gives and takes a role, a version each", async () => {
      const { id } = await created();
      expect(await give(id, FIRST, NOW + 1)).toBe(true);
      const held = await accounts.find(id);
      expect(held).toMatchObject({ roles: ["reporter"], version: 2, updatedAt: NOW + 1 });
      expect(held?.permissions).toEqual(["reports:read"]);
      expect(await take(id, 2, NOW + 2)).toBe(true);
      const without = await accounts.find(id);
      expect(without).toMatchObject({ roles: [], version: 3, updatedAt: NOW + 2 });
    });

    it("changes nothing of another version than was looked at", async () => {
      const { id } = await created();
      await give(id, FIRST);
      const before = await accounts.withSecrets(id, NOW);
      expect(await accounts.update(id, { name: "late" }, decidedOn(FIRST))).toBe(false);
      expect(await accounts.update(id, { status: "disabled" }, decidedOn(FIRST))).toBe(false);
      expect(await take(id, FIRST)).toBe(false);
      expect(await accounts.remove(id, ACTOR, FIRST)).toBe("moved");
      expect(await accounts.withSecrets(id, NOW)).toEqual(before);
    });

    it("gives no role that does not exist, nor one that is not what was looked at", async () => {
      const { id } = await created();
      const gone = { ...REPORTER, name: "no-such-role" };
      expect(await accounts.setRole(id, gone.name, [gone], decidedOn(FIRST))).toBe(false);
      const edited = await roles.update("reporter", { permissions: ["*"] }, unedited(REPORTER));
      expect(await give(id, FIRST)).toBe(false);
      expect(await accounts.find(id)).toMatchObject({ roles: [], version: 1, updatedAt: NOW });
      expect(edited).toMatchObject({ permissions: ["*"] });
      expect(await roles.remove({ ...REPORTER, permissions: ["*"] }, someEdit())).toBe("removed");
    });

    it.each([
      ["of the version that was looked at", FIRST],
      ["of whatever version", null],
    ])("removes an account %s with its secrets and roles, and no other", async (_, version) => {
      const [gone, stays] = [await created({ roles: [REPORTER] }), await created()];
      expect(await accounts.remove(gone.id, ACTOR, version)).toBe("removed");
      expect(await accounts.remove(gone.id, ACTOR, version)).toBe("not_found");
      expect(await accounts.withSecrets(gone.id, NOW)).toBeNull();
      expect((await accounts.withSecrets(stays.id, NOW))?.secrets).toHaveLength(1);
      expect((await accounts.list()).map(({ id }) => id)).toEqual([stays.id]);
    });

    it("keeps a role that a service account holds from being removed", async () => {
      const { id } = await created({ roles: [REPORTER] });
      expect(await roles.remove(REPORTER, someEdit())).toBe("role_in_use");
      await take(id, FIRST);
      expect(await roles.remove(REPORTER, someEdit())).toBe("removed");
    });
  });
}
