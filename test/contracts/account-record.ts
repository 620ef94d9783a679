import { beforeEach, describe, expect, it } from "vitest";
import type { AccountChange } from "../../src/domain/accounts/account-change.ts";
import { authorityOf } from "../../src/domain/accounts/authority.ts";
import { signInRefusal, verifiedEmailOf } from "../../src/domain/accounts/user.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { AccountRecord, Users } from "../../src/use-cases/accounts/ports.ts";
import type { Credential } from "../../src/use-cases/credentials/ports.ts";
import { someEmail, someId, someUser, someUserId } from "../support/samples.ts";

type Harness = { readonly users: Users; readonly record: AccountRecord };

const SET_PASSWORD: AccountChange = {
  kind: "set_password",
  passwordHash: "second",
};
const RESET: AccountChange = { kind: "reset_password", passwordHash: "second" };
const VERIFY: AccountChange = { kind: "verify_email", keepPassword: true };
const VERIFY_AND_VOID: AccountChange = { kind: "verify_email", keepPassword: false };
const MOVE: AccountChange = { kind: "set_email", email: someEmail() };
const DISABLE: AccountChange = { kind: "set_status", status: "disabled" };
const ENABLE: AccountChange = { kind: "set_status", status: "active" };
const MAKE_ADMIN: AccountChange = { kind: "assign_role", role: "admin" };
const UNMAKE_ADMIN: AccountChange = { kind: "remove_role", role: "admin" };
const DELETE: AccountChange = { kind: "delete" };

/** Each change that leaves a row, on what it is made, and what it leaves. */
const CHANGES = [
  { change: SET_PASSWORD, roles: ["user"], after: { passwordSetAt: 2_000 } },
  { change: RESET, roles: ["user"], after: { passwordSetAt: 2_000 } },
  { change: VERIFY, roles: ["user"], after: { passwordSetAt: 1_000 } },
  { change: VERIFY_AND_VOID, roles: ["user"], after: { passwordSetAt: 2_000 } },
  { change: MOVE, roles: ["user"], after: { passwordSetAt: 1_000 } },
  { change: DISABLE, roles: ["user"], after: { status: "disabled" } },
  { change: MAKE_ADMIN, roles: ["user"], after: { roles: ["admin", "user"] } },
  { change: UNMAKE_ADMIN, roles: ["admin", "user"], after: { roles: ["user"] } },
] as const;

/** Changes that would take the last administrator away. */
const FAREWELLS = [DISABLE, UNMAKE_ADMIN, DELETE];

/** @param make gives a store without users */
export function accountRecordContract(make: () => Promise<Harness>): void {
  let users: Users;
  let record: AccountRecord;
  beforeEach(async () => {
    ({ users, record } = await make());
  });

  const created = async (roles: readonly string[] = ["user"]): Promise<UserId> => {
    const user = someUser({ roles, now: 1_000 });
    await users.create(user);
    return user.id;
  };
  const apply = (id: UserId, change: AccountChange, base = 1, changeId = someId(), now = 2_000) =>
    record.apply(id, change, changeId, base, now, false);
  const credential = (id: UserId): Promise<Credential | null> => users.findById(id);
  /** Every answer is the row that Users shows. */
  const expectRow = async (id: UserId, row: Awaited<ReturnType<AccountRecord["read"]>>) => {
    const user = (await credential(id))?.user;
    expect(row?.authority ?? null).toEqual(user === undefined ? null : authorityOf(user));
    expect(row?.verifiedEmail).toBe(user && verifiedEmailOf(user));
    expect(row?.email).toBe(user?.email);
    expect(row?.updatedAt).toBe(user?.updatedAt);
    expect(await record.read(id)).toEqual(row);
  };

  describe("AccountRecord", () => {
    it("reads a row's authority, and null for nobody", async () => {
      const user = someUser({ roles: ["user", "admin"], now: 1_000 });
      await users.create(user);
      expect(await record.read(user.id)).toEqual({
        changeId: "",
        email: user.email,
        authority: {
          status: "active",
          roles: ["admin", "user"],
          version: 1,
          passwordSetAt: 1_000,
        },
        verifiedEmail: null,
        factorsVoidAt: 0,
        updatedAt: 1_000,
      });
      expect(await record.read(someUserId())).toBeNull();
    });

    it("reads a row's address once it is verified", async () => {
      const user = someUser({ emailVerified: true });
      await users.create(user);
      expect((await record.read(user.id))?.verifiedEmail).toBe(user.email);
      const row = await apply(user.id, SET_PASSWORD);
      expect(row?.verifiedEmail).toBe(user.email);
      await expectRow(user.id, row);
    });

    it.each(CHANGES)("$change.kind moves the version on and marks it", async (sample) => {
      const [id] = [await created(sample.roles), await created(["admin"])];
      const row = await apply(id, sample.change, 1, "change-1");
      expect(row).toMatchObject({
        changeId: "change-1",
        authority: { version: 2, ...sample.after },
      });
      await expectRow(id, row);
      expect((await credential(id))?.user.updatedAt).toBe(2_000);
    });

    it.each(CHANGES)("CFW-11 $change.kind repeated with its id has no second effect", async (s) => {
      const [id] = [await created(s.roles), await created(["admin"])];
      const first = await apply(id, s.change, 1, "change-1");
      const before = await credential(id);
      expect(await apply(id, s.change, 1, "change-1", 3_000)).toEqual(first);
      expect(await credential(id)).toEqual(before);
    });

    it.each(CHANGES)(
      "CFW-11 $change.kind that comes late, after another, has no effect",
      async (s) => {
        const [id] = [await created(s.roles), await created(["admin"])];
        await apply(id, s.change, 1, "change-1");
        // The row is at version 2 under another change's mark when the first is tried again.
        const later = await apply(id, SET_PASSWORD, 2, "change-2", 5_000);
        expect(later?.authority.version).toBe(3);
        expect(await apply(id, s.change, 1, "change-1", 6_000)).toEqual(later);
      },
    );

    it.each(CHANGES)("$change.kind on a version that is no more changes nothing", async (s) => {
      const [id] = [await created(s.roles), await created(["admin"])];
      const before = await credential(id);
      for (const base of [0, 2]) {
        expect(await apply(id, s.change, base)).toMatchObject({
          changeId: "",
          authority: { version: 1 },
        });
      }
      expect(await credential(id)).toEqual(before);
    });

    it.each([...CHANGES.map(({ change }) => change), DELETE])("$kind of nobody", async (change) => {
      expect(await apply(someUserId(), change)).toBeNull();
    });

    it("sets the hash, and the time strictly later even when the clock is not", async () => {
      const id = await created();
      const row = await apply(id, SET_PASSWORD, 1, "change-1", 500);
      expect(row?.authority.passwordSetAt).toBe(1_001);
      expect((await credential(id))?.passwordHash).toBe("second");
    });

    it.each([RESET, VERIFY_AND_VOID])("$kind sets the time strictly later, too", async (change) => {
      const id = await created();
      const row = await apply(id, change, 1, "change-1", 500);
      expect(row?.authority.passwordSetAt).toBe(1_001);
    });

    it("a reset verifies the address that it was sent to", async () => {
      const id = await created();
      const row = await apply(id, RESET);
      expect(row?.verifiedEmail).toBe(row?.email);
      expect(await credential(id)).toMatchObject({
        passwordHash: "second",
        user: { emailVerified: true },
      });
    });

    it("ACC-08 verifying leaves the password to its owner, and to nobody else", async () => {
      const [own, others] = [await created(), await created()];
      const { passwordHash } = someUser();
      await apply(own, VERIFY);
      await apply(others, VERIFY_AND_VOID);
      const verified = { emailVerified: true };
      expect(await credential(own)).toMatchObject({ passwordHash, user: verified });
      expect(await credential(others)).toMatchObject({ passwordHash: null, user: verified });
    });

    it.each([VERIFY, VERIFY_AND_VOID])(
      "what is verified is not verified again: %o",
      async (change) => {
        const user = someUser({ emailVerified: true });
        await users.create(user);
        expect(await apply(user.id, change)).toMatchObject({
          changeId: "",
          authority: { version: 1 },
        });
        expect((await credential(user.id))?.passwordHash).toBe(user.passwordHash);
      },
    );

    it("sets an address, verified, and frees the one before", async () => {
      const user = someUser();
      await users.create(user);
      const email = someEmail();
      const row = await apply(user.id, { kind: "set_email", email });
      expect(row).toMatchObject({ email, verifiedEmail: email });
      await expectRow(user.id, row);
      expect(await users.create(someUser({ email: user.email }))).toBe("created");
    });

    it("sets no address that another has, not even of two at once", async () => {
      const taken = someUser();
      await users.create(taken);
      const ids = [await created(), await created()];
      const wanted = (email = taken.email): AccountChange => ({ kind: "set_email", email });
      for (const id of ids) {
        expect(await apply(id, wanted())).toMatchObject({
          changeId: "",
          authority: { version: 1 },
        });
      }
      const free = someEmail();
      const rows = await Promise.all(ids.map((id) => apply(id, wanted(free))));
      expect(rows.filter((row) => row?.email === free)).toHaveLength(1);
    });

    it.each([RESET, VERIFY, VERIFY_AND_VOID, MOVE])(
      "lets an account stay for good: %o",
      async (change) => {
        const [waiting, other] = [someUser({ expiresAt: 5_000 }), someUser({ expiresAt: 5_000 })];
        for (const user of [waiting, other]) await users.create(user);
        await apply(waiting.id, change);
        const taken = await users.takeExpired(5_000, 10, 6_000);
        expect(taken.map(({ id }) => id)).toEqual([other.id]);
      },
    );

    it("of two changes at once on one version one is made", async () => {
      const id = await created();
      const changes = ["a", "b"].map((hash) => ({ ...SET_PASSWORD, passwordHash: hash }));
      const rows = await Promise.all(
        changes.map((change, i) => apply(id, change, 1, `change-${i}`)),
      );
      const made = (await record.read(id))?.changeId;
      expect(rows.map((row) => row?.changeId)).toEqual([made, made]);
      expect((await credential(id))?.user.version).toBe(2);
      expect((await credential(id))?.passwordHash).toBe(made === "change-0" ? "a" : "b");
    });

    it.each([
      { change: ENABLE, what: "a status that it has" },
      { change: { kind: "assign_role", role: "user" } as const, what: "a role that it holds" },
      { change: UNMAKE_ADMIN, what: "a role that it lacks" },
    ])("an account is not given $what: no version is made", async ({ change }) => {
      const id = await created();
      expect(await apply(id, change)).toMatchObject({ changeId: "", authority: { version: 1 } });
    });

    it("gives no role that does not exist", async () => {
      const id = await created();
      const row = await apply(id, { kind: "assign_role", role: "no-such-role" });
      expect(row).toMatchObject({ changeId: "", authority: { version: 1, roles: ["user"] } });
    });

    it("enables what was disabled", async () => {
      const id = await created();
      await apply(id, DISABLE, 1);
      expect(await apply(id, ENABLE, 2)).toMatchObject({
        authority: { status: "active", version: 3 },
      });
    });

    it("deletes the account, also twice, and frees its address", async () => {
      const user = someUser({ roles: ["admin", "user"] });
      await users.create(user);
      await created(["admin"]);
      expect(await apply(user.id, DELETE, 1, "change-1")).toBeNull();
      expect(await apply(user.id, DELETE, 1, "change-1")).toBeNull();
      expect(await credential(user.id)).toBeNull();
      expect(await users.create({ ...someUser(), email: user.email })).toBe("created");
    });

    it("deletes nothing on a version that is no more", async () => {
      const id = await created();
      expect(await apply(id, DELETE, 2)).toMatchObject({ authority: { version: 1 } });
      expect((await credential(id))?.user.roles).toEqual(["user"]);
    });

    it.each(FAREWELLS)("AUZ-03 the last administrator stays: $kind", async (change) => {
      const id = await created(["admin", "user"]);
      const disabled = await created(["admin"]);
      await apply(disabled, DISABLE);
      expect(await apply(id, change)).toMatchObject({
        changeId: "",
        authority: { status: "active", version: 1, roles: ["admin", "user"] },
      });
    });

    it.each(FAREWELLS)(
      "AUZ-03 an administrator without a password is none who could go on: $kind",
      async (change) => {
        const id = await created(["admin"]);
        const invited = someUser({ roles: ["admin"], passwordHash: null });
        await users.create(invited);
        expect(await apply(id, change)).toMatchObject({
          changeId: "",
          authority: { status: "active", version: 1, roles: ["admin"] },
        });
        await apply(invited.id, SET_PASSWORD);
        const row = await apply(id, change, 1, "change-1");
        expect(row === null || row.changeId === "change-1").toBe(true);
      },
    );

    const others = [false, true].flatMap((requireVerifiedEmail) =>
      (["active", "disabled"] as const).flatMap((status) =>
        [false, true].flatMap((emailVerified) =>
          [null, "hash"].map((passwordHash) => ({
            requireVerifiedEmail,
            status,
            emailVerified,
            passwordHash,
          })),
        ),
      ),
    );

    it.each(others)(
      "AUZ-03 the last who could sign in stays, by the rule of the domain: %o",
      async (given) => {
        const { requireVerifiedEmail, status, emailVerified, passwordHash } = given;
        const canSignIn =
          passwordHash !== null &&
          signInRefusal({ status, emailVerified }, requireVerifiedEmail) === null;
        for (const change of FAREWELLS) {
          const { users: everyone, record: rows } = await make();
          const [leaver, other] = [
            someUser({ roles: ["admin"], emailVerified: true }),
            someUser({ roles: ["admin"], emailVerified, passwordHash }),
          ];
          await everyone.create(leaver);
          await everyone.create(other);
          if (status === "disabled") await rows.apply(other.id, DISABLE, "first", 1, 2_000, false);
          const row = await rows.apply(leaver.id, change, "mark", 1, 2_000, requireVerifiedEmail);
          expect(row === null || row.changeId === "mark").toBe(canSignIn);
        }
      },
    );

    it.each(FAREWELLS)("AUZ-03 a disabled administrator is not the last: $kind", async (change) => {
      const [id] = [await created(["admin"]), await created(["admin"])];
      await apply(id, DISABLE);
      const row = await apply(id, change === DISABLE ? ENABLE : change, 2, "change-2");
      expect(row === null || row.changeId === "change-2").toBe(true);
    });

    it("AUZ-03 a disabled administrator may go though nobody else can sign in", async () => {
      // The other one counted until the configuration asked for a verified address.
      const [id] = [await created(["admin"]), await created(["admin"])];
      await apply(id, DISABLE);
      expect(await record.apply(id, DELETE, "change-2", 2, 2_000, true)).toBeNull();
    });

    it.each(FAREWELLS)(
      "AUZ-03 of two administrators that go at once one stays: $kind",
      async (change) => {
        const ids = [await created(["admin"]), await created(["admin"])];
        await Promise.all(ids.map((id) => apply(id, change)));
        const left = (await Promise.all(ids.map((id) => record.read(id)))).filter(
          (row) => row?.authority.status === "active" && row.authority.roles.includes("admin"),
        );
        expect(left).toHaveLength(1);
      },
    );

    it("CFW-11 a fence makes an update that is still on its way come too late", async () => {
      const id = await created();
      const fenced = await record.fence(id, "fence-1", 1);
      expect(fenced).toMatchObject({ changeId: "fence-1", authority: { version: 2 } });
      expect(await apply(id, DISABLE, 1, "change-1")).toEqual(fenced);
      await expectRow(id, fenced);
    });

    it("CFW-11 a fence leaves an update that got there first, and shows it", async () => {
      const id = await created();
      const row = await apply(id, DISABLE, 1, "change-1");
      expect(await record.fence(id, "fence-1", 1)).toEqual(row);
      expect(await record.fence(id, "fence-1", 1)).toEqual(row);
      await expectRow(id, row);
    });

    it("a fence of nobody finds nobody", async () => {
      expect(await record.fence(someUserId(), "fence-1", 1)).toBeNull();
    });
  });
}
