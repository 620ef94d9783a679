import { beforeEach, describe, expect, it } from "vitest";
import type { User } from "../../src/domain/accounts/user.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import { ACCOUNT_POLICY, CAUSE, SECOND, someSessionId, someUserId } from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

export function accountSessionsContract(make: () => Promise<AccountsHarness>): void {
  let on: AccountSteps;
  beforeEach(async () => {
    on = accountSteps(await make());
  });

  const threeSessions = async () => {
    const user = await on.create();
    const a = await on.session(user);
    const b = await on.session(user);
    const c = await on.session(user);
    const alive = async () => (await on.accounts.listSessions(user.id)).map(({ id }) => id);
    return { user, a, b, c, alive };
  };

  describe("Accounts, sessions", () => {
    it("lists what is alive, the last used first, with where it came from", async () => {
      const user = await on.create();
      const first = await on.session(user);
      const createdAt = Date.now();
      advance(SECOND);
      const second = someSessionId();
      await on.open(user, { sessionId: second, device: { ip: null, userAgent: null } });
      advance(SECOND);
      await on.refresh(user.id, first, 0);
      const { idleTtl } = ACCOUNT_POLICY.refresh;
      expect(await on.accounts.listSessions(user.id)).toEqual([
        {
          id: first,
          createdAt,
          lastUsedAt: createdAt + 2 * SECOND,
          expiresAt: createdAt + 2 * SECOND + idleTtl,
          device: { ip: "192.0.2.1", userAgent: "a browser" },
          replayedElsewhereAt: null,
        },
        {
          id: second,
          createdAt: createdAt + SECOND,
          lastUsedAt: createdAt + SECOND,
          expiresAt: createdAt + SECOND + idleTtl,
          device: { ip: null, userAgent: null },
          replayedElsewhereAt: null,
        },
      ]);
      advance(idleTtl - SECOND);
      expect((await on.accounts.listSessions(user.id)).map(({ id }) => id)).toEqual([first]);
    });

    it("nobody has no sessions, none to end and none alive", async () => {
      const nobody = someUserId();
      expect(await on.accounts.listSessions(nobody)).toEqual([]);
      expect(await on.accounts.endSessions(nobody, "all", CAUSE)).toBe(0);
      expect(await on.accounts.endSessions(nobody, { only: someSessionId() }, CAUSE)).toBe(0);
      expect(await on.accounts.check(nobody, someSessionId())).toBeNull();
    });

    it("tells the verified address to whoever asks for it with a session, and to nobody else", async () => {
      const [owner, other] = [await on.create({ emailVerified: true }), await on.create()];
      const [a, b] = [await on.session(owner), await on.session(other)];
      const check = (user: User, id: SessionId) => on.accounts.check(user.id, id, true);
      const grant = await on.accounts.check(owner.id, a);
      expect(grant).not.toHaveProperty("verifiedEmail");
      expect(await on.accounts.check(owner.id, a, false)).toEqual(grant);
      expect(await check(owner, a)).toEqual({ ...grant, verifiedEmail: owner.email });
      expect(await check(other, b)).toMatchObject({ verifiedEmail: null });
      expect(await check(owner, b)).toBeNull();
      const refreshed = await on.refresh(owner.id, a, 0);
      expect(JSON.stringify(refreshed)).not.toContain(owner.email);
    });

    it("knows the address after a change of the account, and nothing of one that is gone", async () => {
      await on.create({ roles: ["admin"] });
      const user = await on.create({ emailVerified: true });
      const id = await on.session(user);
      const check = () => on.accounts.check(user.id, id, true);
      await on.change(user.id, { kind: "assign_role", role: "admin" });
      expect(await check()).toMatchObject({ verifiedEmail: user.email });
      await on.changeBehind(user.id, { kind: "remove_role", role: "admin" });
      await on.accounts.catchUp(user.id);
      expect(await check()).toMatchObject({ verifiedEmail: user.email });
      await on.change(user.id, { kind: "delete" });
      expect(await check()).toBeNull();
    });

    it("REV-01 ends the one that is named, and says whether it did", async () => {
      const { user, a, b, c, alive } = await threeSessions();
      expect(await on.accounts.endSessions(user.id, { only: b }, CAUSE)).toBe(1);
      expect(await on.accounts.endSessions(user.id, { only: b }, CAUSE)).toBe(0);
      expect(new Set(await alive())).toEqual(new Set([a, c]));
      expect(await on.isAlive(user.id, b)).toBe(false);
      expect(await on.refresh(user.id, b, 0)).toEqual({ kind: "refused" });
    });

    it("ends all but one", async () => {
      const { user, b, alive } = await threeSessions();
      expect(await on.accounts.endSessions(user.id, { allExcept: b }, CAUSE)).toBe(2);
      expect(await alive()).toEqual([b]);
      expect(await on.accounts.endSessions(user.id, { allExcept: b }, CAUSE)).toBe(0);
    });

    it("all but one that is not there is all", async () => {
      const { user, alive } = await threeSessions();
      expect(await on.accounts.endSessions(user.id, { allExcept: someSessionId() }, CAUSE)).toBe(3);
      expect(await alive()).toEqual([]);
    });

    it("ends all, and a new one can be opened", async () => {
      const { user, alive } = await threeSessions();
      expect(await on.accounts.endSessions(user.id, "all", CAUSE)).toBe(3);
      expect(await alive()).toEqual([]);
      const fresh = await on.session(user);
      expect(await alive()).toEqual([fresh]);
    });

    it("no user can end or ask about another's session", async () => {
      const { a, alive } = await threeSessions();
      const other = await on.create();
      const own = await on.session(other);
      expect(await on.accounts.endSessions(other.id, { only: a }, CAUSE)).toBe(0);
      expect(await on.accounts.check(other.id, a)).toBeNull();
      await on.accounts.endSessions(other.id, "all", CAUSE);
      expect(await on.isAlive(other.id, own)).toBe(false);
      expect(await alive()).toHaveLength(3);
    });

    it("REF-08 refreshes that race the end of all sessions leave none alive", async () => {
      const { user, a, b, c, alive } = await threeSessions();
      await Promise.all([
        ...[a, b, c].map((id) => on.refresh(user.id, id, 0)),
        on.accounts.endSessions(user.id, "all", CAUSE),
        ...[a, b, c].map((id) => on.refresh(user.id, id, 0)),
      ]);
      expect(await alive()).toEqual([]);
      expect(await on.refresh(user.id, a, 1)).toEqual({ kind: "refused" });
    });
  });
}
