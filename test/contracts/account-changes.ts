import { beforeEach, describe, expect, it } from "vitest";
import type { AccountChange } from "../../src/domain/accounts/account-change.ts";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import { ACCOUNT_POLICY, someEmail, someUserId } from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

const SET_PASSWORD = { kind: "set_password", passwordHash: "second" } as const;
const DISABLE: AccountChange = { kind: "set_status", status: "disabled" };
const MAKE_ADMIN: AccountChange = { kind: "assign_role", role: "admin" };
const UNMAKE_ADMIN: AccountChange = { kind: "remove_role", role: "admin" };
const DELETE: AccountChange = { kind: "delete" };

export function accountChangesContract(make: () => Promise<AccountsHarness>): void {
  let on: AccountSteps;
  beforeEach(async () => {
    on = accountSteps(await make());
  });

  /** A user with two sessions, and another administrator so that nobody is the last. */
  const signedIn = async (roles: readonly string[] = ["user"]) => {
    await on.create({ roles: ["admin"] });
    const user = await on.create({ roles });
    const [own, other] = [await on.session(user), await on.session(user)];
    const alive = async () =>
      Promise.all([own, other].map((sessionId) => on.isAlive(user.id, sessionId)));
    return { user, own, other, alive };
  };

  describe("Accounts, changes", () => {
    it("REV-03 a new password ends every session", async () => {
      const { user, own, other, alive } = await signedIn();
      const answer = await on.change(user.id, SET_PASSWORD);
      expect(answer).toMatchObject({ kind: "done", authority: { version: 2 } });
      expect(await alive()).toEqual([false, false]);
      for (const id of [own, other]) {
        expect(await on.refresh(user.id, id, 0)).toEqual({ kind: "refused" });
      }
      expect((await on.users.findById(user.id))?.passwordHash).toBe("second");
    });

    it("REV-03 a reset ends every session, and forgets failed tries", async () => {
      const { user, alive } = await signedIn();
      await on.accounts.reserveProof(user.id, "session");
      const reset = { kind: "reset_password", passwordHash: "second" } as const;
      expect(await on.change(user.id, reset)).toMatchObject({ kind: "done" });
      expect(await alive()).toEqual([false, false]);
      const attempt = await on.accounts.reserveProof(user.id, "session");
      expect(attempt).toMatchObject({ kind: "allowed", before: null });
    });

    it("ACC-08 verifying ends every session of whoever did not show the password", async () => {
      const { user, alive } = await signedIn();
      await on.change(user.id, { kind: "verify_email", keepPassword: false });
      expect(await alive()).toEqual([false, false]);
    });

    it("verifying ends no session of whoever did, nor does another address", async () => {
      const { user, alive } = await signedIn();
      await on.change(user.id, { kind: "verify_email", keepPassword: true });
      await on.change(user.id, { kind: "set_email", email: someEmail() });
      expect(await alive()).toEqual([true, true]);
      expect(await on.read(user.id)).toMatchObject({ version: 3, emailVerified: true });
    });

    it("an address that another has is refused, and nothing has changed", async () => {
      const { user } = await signedIn();
      const { email } = await on.create();
      expect(await on.change(user.id, { kind: "set_email", email })).toEqual({
        kind: "email_taken",
      });
      expect(await on.read(user.id)).toMatchObject({ email: user.email, version: 1 });
    });

    it("an address is set on the row as it is, also where other hands changed it", async () => {
      const { user } = await signedIn();
      await on.changeBehind(user.id, DISABLE);
      const email = someEmail();
      expect(await on.change(user.id, { kind: "set_email", email })).toMatchObject({
        kind: "done",
      });
      expect(await on.read(user.id)).toMatchObject({ email, status: "disabled", version: 3 });
    });

    it("ACC-02 of fifty changes at once on one version one is made", async () => {
      const { user } = await signedIn();
      for (const [at, change] of (
        [
          { kind: "verify_email", keepPassword: true },
          { kind: "reset_password", passwordHash: "second" },
          { kind: "set_email", email: someEmail() },
        ] as const
      ).entries()) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => on.change(user.id, change, { ifVersion: at + 1 })),
        );
        const kinds = answers.map(({ kind }) => kind).sort();
        expect(kinds).toEqual([...Array.from({ length: 49 }, () => "conflict"), "done"]);
      }
    });

    it("a session that a change asks for is the only one after it", async () => {
      const { user, alive } = await signedIn();
      const { id } = await on.changeAndOpen(user.id, SET_PASSWORD);
      expect(await alive()).toEqual([false, false]);
      expect((await on.accounts.listSessions(user.id)).map((one) => one.id)).toEqual([id]);
      expect((await on.refresh(user.id, id, 0)).kind).toBe("rotated");
    });

    it("CFW-11 a change asked twice opens the session that it asked for once", async () => {
      const { user } = await signedIn();
      const command = { changeId: "one and the same", open: on.newSession() };
      const first = await on.change(user.id, SET_PASSWORD, command);
      expect(first).toMatchObject({ kind: "done", opened: { authority: { version: 2 } } });
      advance(1);
      const again = await on.change(user.id, SET_PASSWORD, command);
      expect(again).toHaveProperty("opened");
      expect(first).toMatchObject(again);
      expect(await on.accounts.listSessions(user.id)).toHaveLength(1);
    });

    it("CFW-11 asked twice, it opens that session once also where the account changed in between", async () => {
      const { user } = await signedIn();
      const decided = { changeId: "of a lost answer", open: on.newSession(), ifVersion: 1 };
      const first = await on.change(user.id, SET_PASSWORD, decided);
      await on.change(user.id, { kind: "assign_role", role: "admin" });
      const again = await on.change(user.id, SET_PASSWORD, decided);
      expect([first.kind, again.kind]).toEqual(["done", "done"]);
      expect(again).toMatchObject({ opened: { authority: { version: 3 } } });
      expect(await on.accounts.listSessions(user.id)).toHaveLength(1);
    });

    it("a change that D1 refuses opens no session", async () => {
      const { user, own, other } = await signedIn();
      await on.changeBehind(user.id, MAKE_ADMIN);
      const given = { ifVersion: 1, open: on.newSession() };
      expect(await on.change(user.id, SET_PASSWORD, given)).toEqual({ kind: "conflict" });
      const sessions = await on.accounts.listSessions(user.id);
      expect(new Set(sessions.map(({ id }) => id))).toEqual(new Set([own, other]));
    });

    it("a change decided on the row is made though the object knew an older one", async () => {
      const { user } = await signedIn();
      await on.changeBehind(user.id, MAKE_ADMIN);
      expect((await on.change(user.id, DISABLE, { ifVersion: 2 })).kind).toBe("done");
    });

    it("AUZ-04 is made only while whoever makes it may", async () => {
      const { user } = await signedIn();
      const admin = await on.create({ roles: ["admin"] });
      const by = { kind: "user", id: admin.id, roles: ["admin"], permissions: ["*"] } as const;
      await on.changeBehind(admin.id, UNMAKE_ADMIN);
      for (const change of [MAKE_ADMIN, DISABLE, DELETE]) {
        expect((await on.change(user.id, change, { by })).kind).not.toBe("done");
      }
      expect(await on.read(user.id)).toEqual(user);
      await on.changeBehind(admin.id, MAKE_ADMIN);
      expect((await on.change(user.id, MAKE_ADMIN, { by })).kind).toBe("done");
      await on.changeBehind(admin.id, DISABLE);
      expect((await on.change(user.id, DISABLE, { by })).kind).not.toBe("done");
    });

    it("a change that is refused opens no session", async () => {
      const { user, own, other } = await signedIn();
      const given = { ifVersion: 7, open: on.newSession() };
      expect(await on.change(user.id, SET_PASSWORD, given)).toEqual({ kind: "conflict" });
      const sessions = await on.accounts.listSessions(user.id);
      expect(new Set(sessions.map(({ id }) => id))).toEqual(new Set([own, other]));
    });

    it.each([DISABLE, DELETE])("REV-02 no session outlives $kind", async (change) => {
      const { user, own, alive } = await signedIn();
      expect((await on.change(user.id, change)).kind).toBe("done");
      expect(await alive()).toEqual([false, false]);
      expect(await on.refresh(user.id, own, 0)).toEqual({ kind: "refused" });
      expect(await on.accounts.holdsToken(user.id, own, "token 0")).toBe(false);
      expect(await on.accounts.listSessions(user.id)).toEqual([]);
    });

    it("REV-02 enabling again brings no session back", async () => {
      const { user, alive } = await signedIn();
      await on.change(user.id, DISABLE);
      await on.change(user.id, { kind: "set_status", status: "active" });
      expect(await alive()).toEqual([false, false]);
    });

    it("REF-11 a role given or taken ends no session and counts at the next refresh", async () => {
      const { user, own, alive } = await signedIn();
      await on.change(user.id, MAKE_ADMIN);
      const promoted = await on.refresh(user.id, own, 0);
      expect(promoted).toMatchObject({
        grant: { authority: { roles: ["admin", "user"], version: 2 } },
      });
      await on.change(user.id, UNMAKE_ADMIN);
      expect(await on.accounts.check(user.id, own)).toMatchObject({
        authority: { roles: ["user"], version: 3 },
      });
      expect(await alive()).toEqual([true, true]);
    });

    it("AUZ-03 the last administrator keeps role, account and sessions", async () => {
      const admin = await on.create({ roles: ["admin"] });
      const session = await on.session(admin);
      for (const change of [DISABLE, UNMAKE_ADMIN, DELETE]) {
        expect(await on.change(admin.id, change)).toEqual({ kind: "last_admin" });
      }
      expect(await on.isAlive(admin.id, session)).toBe(true);
      expect(await on.read(admin.id)).toMatchObject({ version: 1, roles: ["admin"] });
    });

    it("AUZ-03 of two administrators that go at once one stays", async () => {
      const admins = [await on.create({ roles: ["admin"] }), await on.create({ roles: ["admin"] })];
      const answers = await Promise.all(admins.map(({ id }) => on.change(id, DISABLE)));
      expect(answers.map(({ kind }) => kind).sort()).toEqual(["done", "last_admin"]);
    });

    it("says what cannot be done, and does nothing then", async () => {
      const { user, alive } = await signedIn();
      expect(await on.change(someUserId(), DISABLE)).toEqual({ kind: "not_found" });
      const missing = { kind: "assign_role", role: "no-such-role" } as const;
      expect(await on.change(user.id, missing)).toEqual({ kind: "no_such_role" });
      expect(await alive()).toEqual([true, true]);
      expect((await on.read(user.id)).version).toBe(1);
    });

    it("a change to what is so already is done, and makes no version", async () => {
      const { user, alive } = await signedIn();
      expect(await on.change(user.id, { kind: "set_status", status: "active" })).toMatchObject({
        kind: "done",
        authority: { version: 1 },
      });
      expect((await on.change(user.id, UNMAKE_ADMIN)).kind).toBe("done");
      expect(await alive()).toEqual([true, true]);
    });

    it("a change that was decided on another version is a conflict", async () => {
      const { user, alive } = await signedIn();
      await on.change(user.id, MAKE_ADMIN);
      expect(await on.change(user.id, SET_PASSWORD, { ifVersion: 1 })).toEqual({
        kind: "conflict",
      });
      expect(await alive()).toEqual([true, true]);
      expect((await on.change(user.id, SET_PASSWORD, { ifVersion: 2 })).kind).toBe("done");
    });

    it("a change that was decided on a row changed by other hands is a conflict", async () => {
      const { user } = await signedIn();
      await on.changeBehind(user.id, MAKE_ADMIN);
      expect(await on.change(user.id, DELETE, { ifVersion: 1 })).toEqual({ kind: "conflict" });
      expect((await on.change(user.id, DELETE, { ifVersion: 2 })).kind).toBe("done");
    });

    it("other hands that got there first stop no change that does not mind", async () => {
      const { user, alive } = await signedIn();
      await on.changeBehind(user.id, MAKE_ADMIN);
      expect(await on.change(user.id, DISABLE)).toMatchObject({
        kind: "done",
        authority: { status: "disabled", version: 3 },
      });
      expect(await alive()).toEqual([false, false]);
    });

    it.each([SET_PASSWORD, DISABLE, MAKE_ADMIN, DELETE])(
      "CFW-11 $kind asked twice under one id is done once",
      async (change) => {
        const { user } = await signedIn();
        const command = { changeId: "one and the same", ifVersion: 1 };
        const first = await on.change(user.id, change, command);
        if (first.kind !== "done") throw new Error(`the change was ${first.kind}`);
        const { authority } = first;
        const row = await on.record.read(user.id);
        // Of a deleted row there is no time to say.
        expect(first.updatedAt).toBe(row?.updatedAt);
        advance(1);
        expect(await on.change(user.id, change, command)).toEqual({ kind: "done", authority });
        expect(await on.record.read(user.id)).toEqual(row);
      },
    );

    it("changes at once under different ids are all made, one after the other", async () => {
      const { user } = await signedIn();
      const hashes = ["a", "b", "c", "d"];
      const answers = await Promise.all(
        hashes.map((passwordHash) => on.change(user.id, { ...SET_PASSWORD, passwordHash })),
      );
      expect(answers.every(({ kind }) => kind === "done")).toBe(true);
      expect((await on.read(user.id)).version).toBe(1 + hashes.length);
    });

    it("REF-08 refreshes that race a disabling leave no session", async () => {
      const { user, own, other, alive } = await signedIn();
      await Promise.all([
        on.refresh(user.id, own, 0),
        on.change(user.id, DISABLE),
        on.refresh(user.id, other, 0),
        on.open(user),
      ]);
      expect(await alive()).toEqual([false, false]);
      expect(await on.accounts.listSessions(user.id)).toEqual([]);
    });

    it("a deleted user cannot be changed, and stays deleted", async () => {
      const { user } = await signedIn();
      await on.change(user.id, DELETE);
      expect(await on.change(user.id, MAKE_ADMIN)).toEqual({ kind: "not_found" });
      expect(await on.change(user.id, DELETE)).toEqual({ kind: "not_found" });
      expect(await on.users.findById(user.id)).toBeNull();
    });

    it.each([DISABLE, SET_PASSWORD, DELETE])(
      "CFW-05 $kind behind the object's back ends its sessions when the copy has aged",
      async (change) => {
        const { user, own } = await signedIn();
        await on.changeBehind(user.id, change);
        advance(ACCOUNT_POLICY.authorityMaxAge);
        expect(await on.refresh(user.id, own, 0)).toEqual({ kind: "refused" });
        expect(await on.accounts.listSessions(user.id)).toEqual([]);
      },
    );

    it("an object that never knew its user has nothing to catch up with", async () => {
      const user = await on.create();
      for (const id of [user.id, someUserId()]) {
        await on.accounts.catchUp(id);
        expect(await on.accounts.listSessions(id)).toEqual([]);
      }
      expect((await on.open(user)).kind).toBe("opened");
    });

    it("CFW-15 a clock that jumped back makes no copy young", async () => {
      const { user, own } = await signedIn();
      await on.changeBehind(user.id, DISABLE);
      advance(-ACCOUNT_POLICY.authorityMaxAge);
      expect(await on.refresh(user.id, own, 0)).toEqual({ kind: "refused" });
    });

    it("CFW-05 roles changed behind the object's back count when the copy has aged", async () => {
      const { user, own, alive } = await signedIn();
      await on.changeBehind(user.id, MAKE_ADMIN);
      advance(ACCOUNT_POLICY.authorityMaxAge);
      expect(await on.accounts.check(user.id, own)).toMatchObject({
        authority: { roles: ["admin", "user"] },
      });
      expect(await alive()).toEqual([true, true]);
    });

    describe("told that other hands changed its row", () => {
      it.each([DISABLE, SET_PASSWORD, DELETE])(
        "CFW-05 it ends the sessions that $kind ends, young as its copy is",
        async (change) => {
          const { user, own, alive } = await signedIn();
          await on.changeBehind(user.id, change);
          expect(await alive()).toEqual([true, true]);
          for (let i = 0; i < 2; i++) await on.accounts.catchUp(user.id);
          expect(await alive()).toEqual([false, false]);
          expect(await on.refresh(user.id, own, 0)).toEqual({ kind: "refused" });
          expect(await on.accounts.listSessions(user.id)).toEqual([]);
        },
      );

      it("CFW-05 it takes over the roles, and no session ends", async () => {
        const { user, own, alive } = await signedIn();
        await on.changeBehind(user.id, MAKE_ADMIN);
        await on.accounts.catchUp(user.id);
        expect(await on.accounts.check(user.id, own)).toMatchObject({
          authority: { roles: ["admin", "user"], version: 2 },
        });
        expect(await alive()).toEqual([true, true]);
      });

      it("a row that says what is known changes nothing", async () => {
        const { user, alive } = await signedIn();
        await on.accounts.catchUp(user.id);
        expect(await alive()).toEqual([true, true]);
      });

      it("before it knew anyone, it opens no session for whoever read the row before", async () => {
        const user = await on.create();
        await on.changeBehind(user.id, DISABLE);
        await on.accounts.catchUp(user.id);
        expect((await on.open(user)).kind).toBe("stale");
      });

      it("a deleted user stays deleted", async () => {
        const { user } = await signedIn();
        await on.change(user.id, DELETE);
        await on.accounts.catchUp(user.id);
        expect(await on.change(user.id, MAKE_ADMIN)).toEqual({ kind: "not_found" });
      });
    });
  });
}
