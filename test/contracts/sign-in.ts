import { beforeEach, describe, expect, it } from "vitest";
import { authorityOf } from "../../src/domain/accounts/authority.ts";
import { openedByPassword } from "../../src/domain/sessions/opened-with.ts";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import { ACCOUNT_POLICY, CLIENT, HOUR, SECOND, someSessionId } from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

export function signInContract(make: () => Promise<AccountsHarness>): void {
  let on: AccountSteps;
  beforeEach(async () => {
    on = accountSteps(await make());
  });

  describe("Accounts, at sign-in", () => {
    it("opens a session and grants what the row says", async () => {
      const user = await on.create();
      const sessionId = someSessionId();
      const grant = {
        authority: authorityOf(user),
        createdAt: Date.now(),
        expiresAt: Date.now() + ACCOUNT_POLICY.refresh.idleTtl,
        ...openedByPassword(CLIENT, Date.now()),
      };
      expect(await on.open(user, { sessionId })).toEqual({ kind: "opened", grant });
      const checked = { ...grant, accountAcr: "aal1" };
      expect(await on.accounts.check(user.id, sessionId)).toEqual(checked);
    });

    it("a session keeps what it was opened with, whatever becomes of it", async () => {
      const user = await on.create();
      const openedWith = {
        amr: ["pwd", "otp", "mfa"],
        acr: "aal2",
        authTime: Date.now() - 5 * SECOND,
        clientId: "another client",
        audience: "https://another.example.com",
      } as const;
      const { clientId } = openedWith;
      const sessionId = someSessionId();
      const opened = await on.open(user, { ...openedWith, sessionId });
      expect(opened).toMatchObject({ grant: openedWith });
      expect(await on.open(user, { sessionId })).toEqual(opened);
      for (const kind of ["rotated", "replayed"]) {
        const answer = await on.refresh(user.id, sessionId, 0, { clientId });
        expect(answer).toMatchObject({ kind, grant: openedWith });
      }
      expect(await on.accounts.check(user.id, sessionId)).toMatchObject(openedWith);
      const open = { ...on.newSession(), ...openedWith };
      const change = { kind: "set_password", passwordHash: "other" } as const;
      expect(await on.change(user.id, change, { open })).toMatchObject({ opened: openedWith });
      expect(await on.accounts.check(user.id, open.sessionId)).toMatchObject(openedWith);
    });

    it("CFW-11 opens one session for one id, however often it is asked", async () => {
      const user = await on.create();
      const sessionId = someSessionId();
      const first = await on.open(user, { sessionId });
      advance(5 * SECOND);
      expect(await on.open(user, { sessionId })).toEqual(first);
      expect(await on.accounts.listSessions(user.id)).toHaveLength(1);
    });

    it("a retry that comes after the first use of the session takes nothing back", async () => {
      const user = await on.create();
      const sessionId = await on.session(user);
      await on.refresh(user.id, sessionId, 0);
      await on.open(user, { sessionId });
      expect((await on.refresh(user.id, sessionId, 1)).kind).toBe("rotated");
    });

    it("REV-09 of more than a hundred sessions the least recently used ends", async () => {
      const user = await on.create();
      const first = await on.session(user);
      advance(1);
      const second = await on.session(user);
      for (let i = 2; i < ACCOUNT_POLICY.maxSessions; i++) {
        advance(1);
        await on.session(user);
      }
      expect(await on.accounts.listSessions(user.id)).toHaveLength(ACCOUNT_POLICY.maxSessions);
      // The oldest was used a moment ago, so it is not the one that makes room.
      advance(1);
      await on.refresh(user.id, first, 0);
      const last = await on.session(user);
      expect(await on.accounts.listSessions(user.id)).toHaveLength(ACCOUNT_POLICY.maxSessions);
      expect(await on.isAlive(user.id, second)).toBe(false);
      expect(await on.isAlive(user.id, first)).toBe(true);
      // A retry has its room already.
      await on.open(user, { sessionId: last });
      expect(await on.accounts.listSessions(user.id)).toHaveLength(ACCOUNT_POLICY.maxSessions);
    });

    it("expired sessions make room before any live one does", async () => {
      const user = await on.create();
      const idle = ACCOUNT_POLICY.refresh.idleTtl;
      for (let i = 0; i < 10; i++) await on.session(user);
      advance(idle);
      const live = await on.session(user);
      for (let i = 1; i < ACCOUNT_POLICY.maxSessions; i++) await on.session(user);
      expect(await on.isAlive(user.id, live)).toBe(true);
    });

    it("one that ended at its absolute limit makes room before a live one that rested longer", async () => {
      const user = await on.create();
      const ended = await on.session(user);
      const { idleTtl, absoluteTtl } = ACCOUNT_POLICY.refresh;
      const end = Date.now() + absoluteTtl;
      for (const n of [0, 1]) {
        advance(idleTtl - 1);
        await on.refresh(user.id, ended, n);
      }
      advance(HOUR);
      const live = await on.session(user);
      advance(idleTtl - HOUR - 1);
      await on.refresh(user.id, ended, 2);
      for (let i = 2; i < ACCOUNT_POLICY.maxSessions; i++) await on.session(user);
      advance(end - Date.now());
      await on.session(user);
      expect(await on.isAlive(user.id, live)).toBe(true);
    });

    it("a sign-in that read an older version than the object knows is stale", async () => {
      const before = await on.create();
      await on.session(before);
      await on.change(before.id, { kind: "assign_role", role: "admin" });
      expect(await on.open(before)).toEqual({ kind: "stale" });
      expect((await on.open(await on.read(before.id))).kind).toBe("opened");
      expect(await on.accounts.listSessions(before.id)).toHaveLength(2);
    });

    it("CFW-11 a sign-in that is asked for again opened what it opened, whatever changed since", async () => {
      const before = await on.create();
      const wanted = on.newSession();
      const first = await on.open(before, wanted);
      await on.change(before.id, { kind: "assign_role", role: "admin" });
      const again = await on.open(before, wanted);
      expect([first.kind, again.kind]).toEqual(["opened", "opened"]);
      expect(again).toMatchObject({
        grant: { authority: { roles: expect.arrayContaining(["admin"]) } },
      });
      expect(await on.accounts.listSessions(before.id)).toHaveLength(1);
      await on.change(before.id, { kind: "set_password", passwordHash: "other" });
      expect(await on.open(before, wanted)).toEqual({ kind: "stale" });
    });

    it("a password that was changed since it was checked opens nothing", async () => {
      const before = await on.create();
      const change = { kind: "set_password", passwordHash: "other" } as const;
      await on.change(before.id, change);
      expect(await on.open(before)).toEqual({ kind: "stale" });
      expect(await on.accounts.listSessions(before.id)).toEqual([]);
    });

    it("a change behind the object's back is noticed at the next sign-in", async () => {
      const before = await on.create();
      const session = await on.session(before);
      const change = { kind: "set_password", passwordHash: "other" } as const;
      await on.changeBehind(before.id, change);
      expect((await on.open(await on.read(before.id))).kind).toBe("opened");
      expect(await on.isAlive(before.id, session)).toBe(false);
    });

    it("a user who was disabled since opens nothing, until enabled again", async () => {
      const before = await on.create();
      await on.session(before);
      await on.change(before.id, { kind: "set_status", status: "disabled" });
      // Done again, the sign-in reads the row and tells its owner why.
      expect(await on.open(before)).toEqual({ kind: "stale" });
      expect(await on.open(await on.read(before.id))).toEqual({ kind: "refused" });
      await on.change(before.id, { kind: "set_status", status: "active" });
      expect((await on.open(await on.read(before.id))).kind).toBe("opened");
    });

    it("CFW-05 a login that read the row just before its deletion opens nothing", async () => {
      const before = await on.create();
      await on.change(before.id, { kind: "delete" });
      expect(await on.open(before)).toEqual({ kind: "refused" });
      // The tombstone stands as long as a token could.
      advance(ACCOUNT_POLICY.refresh.absoluteTtl - 1);
      expect(await on.open(before)).toEqual({ kind: "refused" });
      expect(await on.accounts.listSessions(before.id)).toEqual([]);
    });
  });
}
