import { beforeEach, describe, expect, it } from "vitest";
import { FREE_TRIES, HARD_LIMIT } from "../../src/domain/credentials/throttle.ts";
import type { AllowedAttempt, Prover } from "../../src/use-cases/credentials/ports.ts";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import { ACCOUNT_POLICY, DAY, HOUR, SECOND, someSessionId } from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

export function accountProofsContract(make: () => Promise<AccountsHarness>): void {
  let on: AccountSteps;
  beforeEach(async () => {
    on = accountSteps(await make());
  });

  const known = async () => {
    const user = await on.create();
    const device = await on.session(user);
    const reserve = (by: Prover = "session") => on.accounts.reserveProof(user.id, by);
    const allowed = async (by: Prover = "session"): Promise<AllowedAttempt> => {
      const attempt = await reserve(by);
      if (attempt.kind !== "allowed") throw new Error(`the try was ${attempt.kind}`);
      return attempt;
    };
    const fail = async (times: number, by: Prover = "session") => {
      for (let i = 0; i < times; i++) await allowed(by);
    };
    const shut = async (by: Prover = "session") => (await reserve(by)).kind !== "allowed";
    return { user, device, reserve, allowed, fail, shut };
  };

  describe("Accounts, proofs", () => {
    it("RAT-01 twenty at once are no more than the free ones", async () => {
      const { reserve } = await known();
      const attempts = await Promise.all(Array.from({ length: 20 }, () => reserve()));
      expect(attempts.filter(({ kind }) => kind === "allowed")).toHaveLength(FREE_TRIES);
      expect(await reserve()).toMatchObject({ kind: "delayed", retryAfter: SECOND });
    });

    it("those of each prover are counted for themselves", async () => {
      const { device, fail, shut } = await known();
      await fail(FREE_TRIES, device);
      expect(await shut(device)).toBe(true);
      expect([await shut("session"), await shut(someSessionId())]).toEqual([false, false]);
    });

    it("RAT-05 one that is given back was never counted", async () => {
      const { user, allowed, fail, shut } = await known();
      await fail(FREE_TRIES - 1);
      const attempt = await allowed();
      expect(await shut()).toBe(true);
      await on.accounts.releaseProof(user.id, "session", attempt);
      expect((await allowed()).before).toEqual(attempt.before);
    });

    it("RAT-05 the first, given back, leaves no count", async () => {
      const { user, allowed } = await known();
      await on.accounts.releaseProof(user.id, "session", await allowed());
      expect((await allowed()).before).toBeNull();
    });

    it("are forgotten when they are cleared, by that prover alone", async () => {
      const { user, device, fail, shut } = await known();
      for (const by of ["session", device] as const) await fail(FREE_TRIES, by);
      await on.accounts.clearProofs(user.id, device);
      expect([await shut("session"), await shut(device)]).toEqual([true, false]);
    });

    it("a sign-in forgets those of the sessions", async () => {
      const { user, fail, shut } = await known();
      await fail(FREE_TRIES);
      await on.session(await on.read(user.id));
      expect(await shut()).toBe(false);
    });

    it("being made active forgets them all", async () => {
      const { user, device, fail, shut } = await known();
      for (const by of ["session", device] as const) await fail(FREE_TRIES, by);
      const change = { kind: "set_status", status: "active" } as const;
      expect((await on.change(user.id, change)).kind).toBe("done");
      expect([await shut("session"), await shut(device)]).toEqual([false, false]);
    });

    it("those of before the password was set are forgotten, whoever set it", async () => {
      const { user, device, fail, shut } = await known();
      for (const by of ["session", device] as const) await fail(FREE_TRIES, by);
      const failedAt = Date.now();
      advance(1);
      await on.changeBehind(user.id, { kind: "set_password", passwordHash: "second" });
      const { passwordSetAt } = await on.read(user.id);
      for (const by of ["session", device] as const) {
        const reserve = (setAt: number) => on.accounts.reserveProof(user.id, by, setAt);
        expect((await reserve(failedAt)).kind).toBe("delayed");
        expect(await reserve(passwordSetAt)).toMatchObject({
          kind: "allowed",
          reserved: { failures: 1 },
        });
        expect(await shut(by)).toBe(false);
      }
    });

    it("a role forgets none of them", async () => {
      const { user, fail, shut } = await known();
      await fail(FREE_TRIES);
      await on.change(user.id, { kind: "assign_role", role: "admin" });
      expect(await shut()).toBe(true);
    });

    it("RAT-07 RAT-06 a hundred in a row shut them out for thirty quiet days", async () => {
      const { allowed, reserve } = await known();
      for (let i = 0; i < HARD_LIMIT; i++) {
        advance(HOUR);
        await allowed();
      }
      advance(30 * DAY - 1);
      expect((await reserve()).kind).toBe("locked");
      advance(1);
      expect((await allowed()).reserved.failures).toBe(1);
    });

    it("one that is counted already takes nobody's place", async () => {
      const { allowed } = await known();
      const provers = Array.from({ length: ACCOUNT_POLICY.maxSessions }, () => someSessionId());
      for (const by of [...provers, ...provers.slice(-1)]) {
        advance(1);
        await allowed(by);
      }
      expect((await allowed(provers[0])).before?.failures).toBe(1);
    });

    it("of more provers than sessions the one that rested longest is forgotten", async () => {
      const { allowed } = await known();
      const provers = Array.from({ length: ACCOUNT_POLICY.maxSessions }, () => someSessionId());
      for (const by of provers) {
        advance(1);
        await allowed(by);
      }
      advance(1);
      await allowed("session");
      const [first, second] = provers;
      if (first === undefined || second === undefined) throw new Error("there are a hundred");
      expect((await allowed(second)).before?.failures).toBe(1);
      expect((await allowed(first)).before).toBeNull();
    });
  });
}
