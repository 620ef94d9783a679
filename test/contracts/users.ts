import { beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "../../src/domain/access/actor.ts";
import type { User } from "../../src/domain/accounts/user.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { AccountRecord, UserQuery, Users } from "../../src/use-cases/accounts/ports.ts";
import { emailOf, someEmail, someId, someUser, someUserId } from "../support/samples.ts";

const SYSTEM: Actor = { kind: "system", id: "system", roles: [], permissions: ["*"] };

type Harness = { readonly users: Users; readonly record: AccountRecord };

const EVERYONE: UserQuery = { email: null, status: null, after: null, limit: 100 };

/** @param make gives a store without users */
export function usersContract(make: () => Promise<Harness>): void {
  let users: Users;
  let record: AccountRecord;
  beforeEach(async () => {
    ({ users, record } = await make());
  });

  const userOf = async (id: UserId): Promise<User | undefined> => (await users.findById(id))?.user;

  describe("Users", () => {
    it("finds an account by its id and by its address, as it was made", async () => {
      const made = someUser({ name: "Ada", roles: ["user", "admin"], now: 1_000 });
      expect(await users.create(made)).toBe("created");
      const found = await users.findById(made.id);
      expect(found).toEqual({
        user: {
          id: made.id,
          email: made.email,
          emailVerified: false,
          name: "Ada",
          status: "active",
          roles: ["admin", "user"],
          version: 1,
          passwordSetAt: 1_000,
          createdAt: 1_000,
          updatedAt: 1_000,
        },
        passwordHash: made.passwordHash,
      });
      expect(await users.findByEmail(made.email)).toEqual(found);
    });

    it("has nobody by an id or an address that was not given out", async () => {
      expect(await users.findById(someUserId())).toBeNull();
      expect(await users.findByEmail(someEmail())).toBeNull();
    });

    it("ACC-07 refuses an address that has an account, and leaves that account alone", async () => {
      const first = someUser();
      const second = someUser({ email: first.email, name: "Mallory", roles: ["admin"] });
      await users.create(first);
      expect(await users.create(second)).toBe("email_taken");
      expect(await users.findById(second.id)).toBeNull();
      expect((await users.findByEmail(first.email))?.user).toMatchObject({
        id: first.id,
        name: null,
        roles: ["user"],
      });
    });

    it("ACC-07 makes one account of ten at once for one address", async () => {
      const email = someEmail();
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => users.create(someUser({ email }))),
      );
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "email_taken")).toHaveLength(9);
      expect(await users.list({ ...EVERYONE, email })).toHaveLength(1);
    });

    it("makes nothing when a role does not exist", async () => {
      const user = someUser({ roles: ["user", "no-such-role"] });
      expect(await users.create(user)).toBe("no_such_role");
      expect(await users.findById(user.id)).toBeNull();
      expect(await users.create({ ...user, roles: ["user"] })).toBe("created");
    });

    it("pages through everyone newest first, with neither gap nor repeat", async () => {
      // Several were made in the same millisecond, so the time alone does not tell them apart.
      const made = [5, 3, 3, 3, 3, 1, 4].map((now) => someUser({ now }));
      for (const user of made) await users.create(user);
      const pages: User[] = [];
      let after: UserQuery["after"] = null;
      for (let page = await users.list({ ...EVERYONE, limit: 2 }); page.length > 0; ) {
        pages.push(...page);
        // Whoever joins meanwhile is newer than every page to come.
        await users.create(someUser({ now: 9 }));
        const last: User | undefined = page.at(-1);
        after = last === undefined ? null : { createdAt: last.createdAt, id: last.id };
        page = await users.list({ ...EVERYONE, after, limit: 2 });
      }
      const wanted = made
        .map(({ id, now }) => ({ id, createdAt: now }))
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      expect(pages.map(({ id, createdAt }) => ({ id, createdAt }))).toEqual(wanted);
    });

    it("lists by address and by status", async () => {
      const [active, disabled] = [someUser(), someUser()];
      await users.create(active);
      await users.create(disabled);
      await record.apply(
        disabled.id,
        { kind: "set_status", status: "disabled" },
        someId(),
        1,
        2,
        false,
      );
      const ids = async (query: Partial<UserQuery>) =>
        (await users.list({ ...EVERYONE, ...query })).map((user) => user.id);
      expect(await ids({ email: active.email })).toEqual([active.id]);
      expect(await ids({ email: emailOf("nobody@example.com") })).toEqual([]);
      expect(await ids({ status: "disabled" })).toEqual([disabled.id]);
      expect(await ids({ status: "active" })).toEqual([active.id]);
      expect(await ids({ status: "disabled", email: active.email })).toEqual([]);
    });

    it("renames without making another version of the account", async () => {
      const user = someUser({ now: 1 });
      await users.create(user);
      expect(await users.rename(user.id, "Grace", 7, SYSTEM)).toBe(true);
      expect(await userOf(user.id)).toMatchObject({ name: "Grace", version: 1, updatedAt: 7 });
      expect(await users.rename(user.id, null, 8, SYSTEM)).toBe(true);
      expect(await userOf(user.id)).toMatchObject({ name: null });
    });

    it("says so when the one to be renamed is gone", async () => {
      const id = someUserId();
      expect(await users.rename(id, "Nobody", 7, SYSTEM)).toBe(false);
      expect(await users.findById(id)).toBeNull();
    });

    it("takes accounts whose time is over, the longest first, each once until it comes again", async () => {
      const times = [7_000, null, 5_000, 6_000, 9_000];
      const waiting = times.map((expiresAt) => someUser({ expiresAt, passwordHash: null }));
      for (const user of waiting) await users.create(user);
      const taken = async (now: number, limit = 10, until = 20_000) =>
        (await users.takeExpired(now, limit, until))
          .map(({ id }) => times[waiting.findIndex((one) => one.id === id)])
          .sort();
      expect(await taken(4_999)).toEqual([]);
      expect(await taken(7_000, 2)).toEqual([5_000, 6_000]);
      expect(await taken(7_000)).toEqual([7_000]);
      expect(await taken(19_999)).toEqual([9_000]);
      expect(await taken(20_000)).toEqual([5_000, 6_000, 7_000, 9_000]);
    });

    it("keeps for good those that have a password, some at a time", async () => {
      const [first, second] = [someUser({ expiresAt: 5_000 }), someUser({ expiresAt: 5_000 })];
      const invited = someUser({ expiresAt: 5_000, passwordHash: null });
      for (const user of [first, second, invited]) await users.create(user);
      await users.keepThoseWithPassword(1);
      expect(await users.takeExpired(5_000, 10, 6_000)).toHaveLength(2);
      await users.keepThoseWithPassword(10);
      expect((await users.takeExpired(6_000, 10, 7_000)).map(({ id }) => id)).toEqual([invited.id]);
    });

    it("takes none that is disabled: its address stays taken", async () => {
      const user = someUser({ expiresAt: 5_000, passwordHash: null });
      await users.create(user);
      await record.apply(
        user.id,
        { kind: "set_status", status: "disabled" },
        someId(),
        1,
        1,
        false,
      );
      expect(await users.takeExpired(5_000, 10, 6_000)).toEqual([]);
    });

    it("says of each whether anybody may be using it, and keeps it for good", async () => {
      const verified = someUser({ expiresAt: 5_000, emailVerified: true, passwordHash: null });
      const used = someUser({ expiresAt: 5_000 });
      const gone = someUserId();
      for (const user of [verified, used]) await users.create(user);
      const taken = await users.takeExpired(5_000, 10, 6_000);
      expect(taken).toHaveLength(2);
      expect(taken).toEqual(
        expect.arrayContaining([
          { id: verified.id, version: 1, emailVerified: true, hasPassword: false },
          { id: used.id, version: 1, emailVerified: false, hasPassword: true },
        ]),
      );
      await users.keep([used.id, gone]);
      expect((await users.takeExpired(6_000, 10, 7_000)).map(({ id }) => id)).toEqual([
        verified.id,
      ]);
    });

    it("leaves a row that is whole as it is when it is to be mended, and says where there is none", async () => {
      const user = someUser({ roles: ["user"] });
      await users.create(user);
      const before = await users.findById(user.id);
      expect(await users.mend(user.id, someId(), SYSTEM)).toBe(true);
      expect(await users.findById(user.id)).toEqual(before);
      expect(await record.read(user.id)).toMatchObject({ changeId: "" });
      expect(await users.mend(someUserId(), someId(), SYSTEM)).toBe(false);
    });

    it("PWD-07 rehashes only while the hash is the one that was checked", async () => {
      const user = someUser({ passwordHash: "old" });
      await users.create(user);
      await users.rehash(user.id, "another", "must not be stored");
      expect((await users.findById(user.id))?.passwordHash).toBe("old");
      await users.rehash(user.id, "old", "fresh");
      expect(await users.findById(user.id)).toMatchObject({
        passwordHash: "fresh",
        user: { version: 1, passwordSetAt: user.now },
      });
    });
  });
}
