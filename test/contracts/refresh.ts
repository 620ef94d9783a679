import { beforeEach, describe, expect, it } from "vitest";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import { ACCOUNT_POLICY, DAY, someSessionId, someUserId } from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

const { idleTtl, absoluteTtl, replayWindow } = ACCOUNT_POLICY.refresh;

export function refreshContract(make: () => Promise<AccountsHarness>): void {
  let on: AccountSteps;
  beforeEach(async () => {
    on = accountSteps(await make());
  });

  const signedIn = async () => {
    const user = await on.create();
    const sessionId = await on.session(user);
    const refresh = (n: number, secretVersion = 1) =>
      on.refresh(user.id, sessionId, n, {
        successor: { hash: `token ${n + 1}`, secretVersion },
      });
    return { user, sessionId, refresh, isAlive: () => on.isAlive(user.id, sessionId) };
  };

  describe("Accounts, at refresh", () => {
    it("rotates the current token and extends the session by its idle time", async () => {
      const { refresh } = await signedIn();
      const createdAt = Date.now();
      advance(DAY);
      const answer = await refresh(0);
      expect(answer).toMatchObject({
        kind: "rotated",
        secretVersion: 1,
        grant: { createdAt, expiresAt: Date.now() + idleTtl },
      });
      expect((await refresh(1)).kind).toBe("rotated");
    });

    it("REF-01 twenty uses at once of one token have one successor", async () => {
      const { refresh } = await signedIn();
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(0)));
      expect(answers.filter(({ kind }) => kind === "rotated")).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === "replayed")).toHaveLength(19);
      expect((await refresh(1)).kind).toBe("rotated");
    });

    it("REF-04 a retry within the window is told the version the successor was made under", async () => {
      const { refresh, isAlive } = await signedIn();
      const first = await refresh(0, 1);
      advance(replayWindow - 1);
      const again = await refresh(0, 2);
      expect(again).toEqual({ ...first, kind: "replayed" });
      expect(await isAlive()).toBe(true);
      expect((await refresh(1, 2)).kind).toBe("rotated");
    });

    it("REF-02 REF-03 a spent token outside the window ends its session, heirs and all", async () => {
      const { refresh, isAlive } = await signedIn();
      await refresh(0);
      advance(replayWindow);
      expect(await refresh(0)).toEqual({ kind: "reused" });
      expect(await refresh(1)).toEqual({ kind: "refused" });
      expect(await isAlive()).toBe(false);
    });

    it("REF-05 a grandparent within the window ends the session", async () => {
      const { refresh, isAlive } = await signedIn();
      await refresh(0);
      await refresh(1);
      expect(await refresh(0)).toEqual({ kind: "reused" });
      expect(await isAlive()).toBe(false);
    });

    it("reuse in one session leaves the user's others alone", async () => {
      const { user, refresh } = await signedIn();
      const other = await on.session(user);
      await refresh(0);
      await refresh(1);
      await refresh(0);
      expect((await on.refresh(user.id, other, 0)).kind).toBe("rotated");
    });

    it("REF-12 an idle session is refused, and the refusal changes nothing", async () => {
      const { refresh, isAlive } = await signedIn();
      advance(idleTtl - 1);
      expect((await refresh(0)).kind).toBe("rotated");
      advance(idleTtl);
      expect(await refresh(1)).toEqual({ kind: "refused" });
      expect(await isAlive()).toBe(false);
    });

    it("REF-12 no use extends a session beyond its absolute limit", async () => {
      const { refresh } = await signedIn();
      const end = Date.now() + absoluteTtl;
      for (let n = 0; n < 4; n++) {
        advance(20 * DAY);
        await refresh(n);
      }
      expect(await refresh(4)).toMatchObject({ kind: "rotated", grant: { expiresAt: end } });
      advance(end - Date.now());
      expect(await refresh(5)).toEqual({ kind: "refused" });
    });

    it("REF-12 a replay extends nothing", async () => {
      const { refresh } = await signedIn();
      const first = await refresh(0);
      advance(replayWindow - 1);
      expect(await refresh(0)).toEqual({ ...first, kind: "replayed" });
      advance(idleTtl - replayWindow + 1);
      expect(await refresh(1)).toEqual({ kind: "refused" });
    });

    it("refuses another client than the token was issued to, and ends nothing by it", async () => {
      const { user, sessionId, refresh } = await signedIn();
      await refresh(0);
      await refresh(1);
      for (const n of [0, 1, 2]) {
        const answer = await on.refresh(user.id, sessionId, n, { clientId: "another" });
        expect(answer).toEqual({ kind: "refused" });
      }
      expect((await refresh(2)).kind).toBe("rotated");
    });

    it("refuses a session or a user that is not known", async () => {
      const { user, sessionId } = await signedIn();
      expect(await on.refresh(user.id, someSessionId(), 0)).toEqual({ kind: "refused" });
      expect(await on.refresh(someUserId(), sessionId, 0)).toEqual({ kind: "refused" });
      const stranger = await on.create();
      expect(await on.refresh(stranger.id, sessionId, 0)).toEqual({ kind: "refused" });
    });

    it("a replay from elsewhere is answered, told once a rotation, and shown in the list", async () => {
      const { user, sessionId, refresh } = await signedIn();
      await refresh(0);
      const device = { ip: "198.51.100.7", userAgent: "a script" };
      const replay = (n: number) => on.refresh(user.id, sessionId, n, { device });
      const noted = async () => (await on.accounts.listSessions(user.id))[0]?.replayedElsewhereAt;
      expect(await refresh(0)).toMatchObject({ kind: "replayed", isNoteworthy: false });
      expect(await noted()).toBeNull();
      advance(1);
      const notedAt = Date.now();
      expect(await replay(0)).toMatchObject({ kind: "replayed", isNoteworthy: true });
      advance(1);
      expect(await replay(0)).toMatchObject({ kind: "replayed", isNoteworthy: false });
      expect(await noted()).toBe(notedAt);
      expect(await refresh(1)).toMatchObject({ kind: "rotated", isNoteworthy: false });
      expect(await noted()).toBe(notedAt);
      advance(1);
      expect(await replay(1)).toMatchObject({ kind: "replayed", isNoteworthy: true });
      expect(await noted()).toBe(Date.now());
    });

    it("consumes nothing while the user holds a role that is not known", async () => {
      const user = await on.create({ roles: ["user", "admin"] });
      const sessionId = await on.session(user);
      const ask = (knownRoles: string[] | null) =>
        on.refresh(user.id, sessionId, 0, { knownRoles });
      const wanted = { kind: "roles_wanted", roles: ["admin", "user"] };
      expect(await ask(["user"])).toEqual(wanted);
      advance(replayWindow);
      expect(await ask(["user"])).toEqual(wanted);
      expect((await ask(["admin", "user", "other"])).kind).toBe("rotated");
    });

    it("tells which tokens could be refreshed, and ends nothing by telling", async () => {
      const { user, sessionId, refresh, isAlive } = await signedIn();
      const holds = () =>
        Promise.all([0, 1, 2].map((n) => on.accounts.holdsToken(user.id, sessionId, `token ${n}`)));
      expect(await holds()).toEqual([true, false, false]);
      await refresh(0);
      expect(await holds()).toEqual([true, true, false]);
      await refresh(1);
      expect(await holds()).toEqual([false, true, true]);
      advance(replayWindow);
      expect(await holds()).toEqual([false, false, true]);
      expect(await isAlive()).toBe(true);
      advance(idleTtl);
      expect(await holds()).toEqual([false, false, false]);
      expect(await on.accounts.holdsToken(someUserId(), sessionId, "token 2")).toBe(false);
    });
  });
}
