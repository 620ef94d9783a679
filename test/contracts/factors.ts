import { beforeEach, describe, expect, it } from "vitest";
import type { User } from "../../src/domain/accounts/user.ts";
import {
  ENROLMENT_LIFETIME,
  type Factor,
  type FactorProof,
} from "../../src/domain/credentials/factor.ts";
import { FREE_FACTOR_TRIES } from "../../src/domain/credentials/throttle.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import { MAX_FACTORS } from "../../src/domain/limits.ts";
import type { ConfirmFactor } from "../../src/use-cases/credentials/ports.ts";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import {
  ACCOUNT_POLICY,
  CAUSE,
  SECOND,
  someFactorId,
  someId,
  someSessionId,
} from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

const HASHES = ["hash 1", "hash 2", "hash 3"];

const someFactor = (begunIn: SessionId): Factor => ({
  id: someFactorId(),
  kind: "totp",
  createdAt: Date.now(),
  begunIn,
  confirmedAt: null,
  lastUsedAt: null,
  wrappedSecret: "v1.wrapped",
  lastStep: null,
});

const codeOf = ({ id }: Pick<Factor, "id">, step: number, rewrapped: string | null = null) =>
  ({ kind: "totp", id, step, rewrapped }) as const;

const recovery = (hash: string): FactorProof => ({ kind: "recovery_code", hash });

/** Second factors, and the gate that they are to a session. */
export function factorsContract(make: () => Promise<AccountsHarness>): void {
  let on: AccountSteps;
  let user: User;
  let sessionId: SessionId;
  beforeEach(async () => {
    on = accountSteps(await make());
    await signUp(true);
  });

  const signUp = async (emailVerified: boolean) => {
    user = await on.create({ emailVerified });
    sessionId = await on.session(user);
  };

  const held = () => on.accounts.listFactors(user.id);
  const ids = async () => (await held())?.factors.map(({ id }) => id).sort();
  const add = async (factor = someFactor(sessionId)) => {
    expect(await on.accounts.addFactor(user.id, { factor })).toBe("added");
    return factor;
  };
  const confirm = (factor: Pick<Factor, "id">, step = 10, given: Partial<ConfirmFactor> = {}) =>
    on.accounts.confirmFactor(user.id, {
      proof: codeOf(factor, step),
      sessionId,
      recoveryCodes: HASHES,
      cause: CAUSE,
      ...given,
    });
  const enrolled = async () => {
    const factor = await add();
    expect(await confirm(factor)).toBe("first");
    return factor;
  };
  const show = (proof: FactorProof, flowId = someId(), id = someSessionId()) => {
    const second = { proof, flowId, flowEndsAt: Date.now() + 60 * SECOND };
    return on.open(user, { sessionId: id, second });
  };
  const kindOf = async (answer: Promise<{ readonly kind: string }>) => (await answer).kind;
  const acrOf = async (id: SessionId) => (await on.accounts.check(user.id, id))?.acr;

  describe("Accounts, second factors", () => {
    it("none is asked for before one was confirmed", async () => {
      await add();
      expect(await kindOf(on.open(user))).toBe("opened");
      expect(await on.accounts.check(user.id, sessionId)).toMatchObject({ accountAcr: "aal1" });
    });

    it("the first code confirms one, and raises the session that showed it alone", async () => {
      const other = await on.session(user);
      const factor = await enrolled();
      expect([await acrOf(sessionId), await acrOf(other)]).toEqual(["aal2", "aal1"]);
      expect(await on.accounts.check(user.id, other)).toMatchObject({ accountAcr: "aal2" });
      const { factors, recoveryCodesLeft } = (await held()) ?? {};
      expect([factors?.[0]?.id, recoveryCodesLeft]).toEqual([factor.id, HASHES.length]);
      expect(factors?.[0]).toMatchObject({ confirmedAt: Date.now(), lastStep: 10 });
    });

    it("confirming is done once, however often it is asked for", async () => {
      const factor = await enrolled();
      expect(await confirm(factor)).toBe("first");
      const other = await on.session(user).catch(() => null);
      expect(other).toBeNull(); // the password alone opens none
      expect(await confirm(factor, 10, { recoveryCodes: ["another"] })).toBe("another");
      expect(await confirm(factor, 11)).toBe("wrong");
      expect((await held())?.recoveryCodesLeft).toBe(HASHES.length);
    });

    it("one that is nobody's, or shown in a session that has ended, is not confirmed", async () => {
      const factor = await add();
      expect(await confirm({ id: someFactorId() })).toBe("refused");
      expect(await confirm(factor, 10, { sessionId: someSessionId() })).toBe("refused");
    });

    it("a second one brings no new recovery codes", async () => {
      await enrolled();
      const second = await add();
      expect(await confirm(second, 10, { recoveryCodes: ["another"] })).toBe("another");
      expect((await held())?.recoveryCodesLeft).toBe(HASHES.length);
    });

    it("one that waits makes room for the next, and there are no more than there may be", async () => {
      const first = await add();
      const second = await add();
      expect(await ids()).toEqual([second.id]);
      expect(await confirm(first)).toBe("refused");
      expect(await confirm(second)).toBe("first");
      for (let n = 1; n < MAX_FACTORS; n++) await confirm(await add());
      const factor = someFactor(sessionId);
      expect(await on.accounts.addFactor(user.id, { factor })).toBe("too_many");
      expect(await ids()).toHaveLength(MAX_FACTORS);
    });
  });

  describe("Accounts, the gate to a session", () => {
    it("asks for a factor, whatever else is right, and names the ways", async () => {
      await enrolled();
      const answer = await on.open(user);
      expect(answer).toEqual({
        kind: "second_factor_required",
        factors: ["totp", "recovery_code"],
      });
    });

    it("opens for a code, and says so of the session", async () => {
      const factor = await enrolled();
      const opened = await show(codeOf(factor, 11));
      expect(opened).toMatchObject({
        kind: "opened",
        grant: { amr: ["pwd", "otp", "mfa"], acr: "aal2", authTime: Date.now() },
      });
    });

    it("a code of a step is taken once, and none of a step before it", async () => {
      const factor = await enrolled();
      const at = async (step: number) => kindOf(show(codeOf(factor, step)));
      expect([await at(10), await at(11), await at(11), await at(9)]).toEqual([
        "wrong",
        "opened",
        "wrong",
        "wrong",
      ]);
    });

    it("of two at once with one code, one opens a session", async () => {
      const factor = await enrolled();
      const both = await Promise.all([1, 2, 3].map(() => kindOf(show(codeOf(factor, 11)))));
      expect(both.sort()).toEqual(["opened", "wrong", "wrong"]);
    });

    it("a recovery code is taken once", async () => {
      await enrolled();
      const by = async (hash: string) => kindOf(show(recovery(hash)));
      expect([await by("hash 2"), await by("hash 2"), await by("made up")]).toEqual([
        "opened",
        "wrong",
        "wrong",
      ]);
      expect((await held())?.recoveryCodesLeft).toBe(HASHES.length - 1);
    });

    it("a sign-in opens one session; asked again for that one, it is open for a while", async () => {
      const factor = await enrolled();
      const [flow, id] = [someId(), someSessionId()];
      const again = () => show(codeOf(factor, 11), flow, id);
      const first = await again();
      expect(await again()).toEqual(first);
      expect(await kindOf(show(codeOf(factor, 12), flow))).toBe("spent");
      // What was shown in vain is still good.
      expect(await kindOf(show(codeOf(factor, 12)))).toBe("opened");
      advance(ACCOUNT_POLICY.refresh.replayWindow);
      expect(await kindOf(again())).toBe("spent");
    });

    it("asked again after its token was used, it is over", async () => {
      const factor = await enrolled();
      const [flow, id] = [someId(), someSessionId()];
      await show(codeOf(factor, 11), flow, id);
      await on.refresh(user.id, id, 0);
      expect(await kindOf(show(codeOf(factor, 11), flow, id))).toBe("spent");
    });

    it("a sign-in whose time is over opens nothing", async () => {
      const factor = await enrolled();
      const second = { proof: codeOf(factor, 11), flowId: someId(), flowEndsAt: Date.now() };
      expect(await kindOf(on.open(user, { second }))).toBe("spent");
    });

    it("a factor that was removed, or that waits, opens nothing", async () => {
      const factor = await enrolled();
      const other = await add();
      expect(await kindOf(show(codeOf(other, 11)))).toBe("wrong");
      await confirm(other, 20);
      const gone = { id: factor.id, except: sessionId, cause: CAUSE };
      await on.accounts.removeFactor(user.id, gone);
      expect(await kindOf(show(codeOf(factor, 30)))).toBe("wrong");
      expect(await kindOf(show(codeOf(other, 30)))).toBe("opened");
    });

    it("what is shown is looked at, also where no factor is left that would be asked for", async () => {
      const factor = await enrolled();
      await on.accounts.resetFactors(user.id, CAUSE);
      expect(await kindOf(show(codeOf(factor, 11)))).toBe("wrong");
      expect(await kindOf(show(recovery("hash 1")))).toBe("wrong");
      expect(await kindOf(on.open(user))).toBe("opened");
    });

    it("a secret that was wrapped anew is kept with the code that was right", async () => {
      const factor = await enrolled();
      await show(codeOf(factor, 9, "v2.stale"));
      await show(codeOf(factor, 11, "v2.wrapped"));
      expect((await held())?.factors[0]).toMatchObject({ wrappedSecret: "v2.wrapped" });
    });

    it("tries are counted by kind, five of them free, and cleared by a right one", async () => {
      const factor = await enrolled();
      const reserve = async (by: "totp" | "recovery_code") =>
        kindOf(on.accounts.reserveProof(user.id, by));
      for (let n = 0; n < FREE_FACTOR_TRIES; n++) expect(await reserve("totp")).toBe("allowed");
      expect([await reserve("totp"), await reserve("recovery_code")]).toEqual([
        "delayed",
        "allowed",
      ]);
      await show(codeOf(factor, 11));
      expect(await reserve("totp")).toBe("allowed");
    });
  });

  describe("Accounts, who may change second factors", () => {
    it("is no session that shows less than the account asks for by now", async () => {
      const older = await on.session(user);
      const factor = await enrolled();
      const begun = someFactor(older);
      expect(await on.accounts.addFactor(user.id, { factor: begun })).toBe("refused");
      const renewal = { hashes: ["new"], sessionId: older, cause: CAUSE };
      expect(await on.accounts.renewRecoveryCodes(user.id, renewal)).toBe("refused");
      const removal = { id: factor.id, except: older, cause: CAUSE };
      expect(await on.accounts.removeFactor(user.id, removal)).toBe("refused");
      const gone = { kind: "delete" } as const;
      expect(await kindOf(on.change(user.id, gone, { inSession: older }))).toBe("conflict");
      expect((await held())?.recoveryCodesLeft).toBe(HASHES.length);
      expect(await kindOf(on.change(user.id, gone, { inSession: sessionId }))).toBe("done");
    });

    it("is the session that began one, for ten minutes", async () => {
      const other = await on.session(user);
      const factor = await add();
      expect(await confirm(factor, 10, { sessionId: other })).toBe("refused");
      advance(ENROLMENT_LIFETIME);
      expect(await confirm(factor)).toBe("refused");
      expect(await on.accounts.check(user.id, other)).toMatchObject({ accountAcr: "aal1" });
    });

    it("a factor that comes again after a lost answer takes back nothing", async () => {
      const factor = await enrolled();
      expect(await on.accounts.addFactor(user.id, { factor })).toBe("added");
      expect((await held())?.factors[0]).toMatchObject({ confirmedAt: Date.now() });
      const renewal = { hashes: ["new", "newer"], sessionId, cause: CAUSE };
      await on.accounts.renewRecoveryCodes(user.id, renewal);
      await show(recovery("new"));
      expect(await on.accounts.renewRecoveryCodes(user.id, renewal)).toBe("renewed");
      expect((await held())?.recoveryCodesLeft).toBe(1);
    });

    it("a password that is set by mail forgives no codes, and an administrator does", async () => {
      await enrolled();
      const reserve = () => on.accounts.reserveProof(user.id, "totp");
      for (let n = 0; n < FREE_FACTOR_TRIES; n++) await reserve();
      await on.change(user.id, { kind: "reset_password", passwordHash: "another" });
      expect(await kindOf(reserve())).toBe("delayed");
      await on.accounts.resetFactors(user.id, CAUSE);
      expect(await kindOf(reserve())).toBe("allowed");
    });

    it("what many devices tried takes no count of a factor away", async () => {
      await enrolled();
      for (let n = 0; n < FREE_FACTOR_TRIES; n++) await on.accounts.reserveProof(user.id, "totp");
      advance(1);
      for (let n = 0; n <= ACCOUNT_POLICY.maxSessions; n++) {
        await on.accounts.reserveProof(user.id, someSessionId());
      }
      expect(await kindOf(on.accounts.reserveProof(user.id, "totp"))).toBe("delayed");
    });
  });

  describe("Accounts, what becomes of second factors", () => {
    it("the last one that is removed takes the recovery codes with it, and every other session", async () => {
      const other = await on.session(user);
      const factor = await enrolled();
      await on.accounts.removeFactor(user.id, { id: factor.id, except: sessionId, cause: CAUSE });
      await on.accounts.removeFactor(user.id, { id: factor.id, except: sessionId, cause: CAUSE });
      expect(await held()).toEqual({ factors: [], recoveryCodesLeft: 0 });
      expect([await acrOf(sessionId), await acrOf(other)]).toEqual(["aal2", undefined]);
      expect(await kindOf(on.open(user))).toBe("opened");
    });

    it("one that waits goes without anybody being put out", async () => {
      const other = await on.session(user);
      const { id } = await add();
      await on.accounts.removeFactor(user.id, { id, except: sessionId, cause: CAUSE });
      expect([await ids(), await acrOf(other)]).toEqual([[], "aal1"]);
    });

    it("a reset takes all, and ends every session", async () => {
      await enrolled();
      await confirm(await add(), 20);
      await on.accounts.resetFactors(user.id, CAUSE);
      expect(await held()).toEqual({ factors: [], recoveryCodesLeft: 0 });
      expect(await acrOf(sessionId)).toBeUndefined();
      await on.session(user);
    });

    it("a reset of nothing puts nobody out", async () => {
      await add();
      await on.accounts.resetFactors(user.id, CAUSE);
      expect([await ids(), await acrOf(sessionId)]).toEqual([[], "aal1"]);
    });

    it("new recovery codes void the old ones, and without a factor there are none", async () => {
      const renew = (...hashes: string[]) =>
        on.accounts.renewRecoveryCodes(user.id, { hashes, sessionId, cause: CAUSE });
      expect(await renew("new")).toBe("none");
      await enrolled();
      expect([await renew("new", "newer"), await renew("new", "newer")]).toEqual([
        "renewed",
        "renewed",
      ]);
      expect((await held())?.recoveryCodesLeft).toBe(2);
      expect(await kindOf(show(recovery("hash 1")))).toBe("wrong");
      expect(await kindOf(show(recovery("newer")))).toBe("opened");
    });

    it("go with the account, and with an address that nobody had verified before", async () => {
      const verify = { kind: "verify_email", keepPassword: false } as const;
      const reset = { kind: "reset_password", passwordHash: "another" } as const;
      for (const change of [verify, reset]) {
        await signUp(false);
        await enrolled();
        expect(await kindOf(on.change(user.id, change))).toBe("done");
        expect(await held()).toEqual({ factors: [], recoveryCodesLeft: 0 });
      }
    });

    it("stay when the password is set by mail: it opens nothing alone", async () => {
      const factor = await enrolled();
      const reset = { kind: "reset_password", passwordHash: "another" } as const;
      expect(await kindOf(on.change(user.id, reset))).toBe("done");
      expect(await ids()).toEqual([factor.id]);
    });

    it("are nothing to see of somebody who may not act", async () => {
      await enrolled();
      await on.change(user.id, { kind: "set_status", status: "disabled" });
      expect(await held()).toBeNull();
      const factor = someFactor(sessionId);
      expect(await on.accounts.addFactor(user.id, { factor })).toBe("refused");
      await on.change(user.id, { kind: "set_status", status: "active" });
      expect((await held())?.recoveryCodesLeft).toBe(HASHES.length);
    });

    it("a password change opens no session that walks around one", async () => {
      await enrolled();
      const set = { kind: "set_password", passwordHash: "another" } as const;
      const open = on.newSession();
      expect(await kindOf(on.change(user.id, set, { open }))).toBe("conflict");
      const proven = { ...open, acr: "aal2" } as const;
      expect(await kindOf(on.change(user.id, set, { open: proven }))).toBe("done");
    });
  });

  describe("Accounts, stepping up", () => {
    const stepUp = (proof: FactorProof | null, id = sessionId) =>
      on.accounts.stepUp(user.id, { sessionId: id, proof, cause: CAUSE });

    it("by a factor raises the session, by the password it proves the same again", async () => {
      const other = await on.session(user);
      const factor = await enrolled();
      expect(await stepUp(null, other)).toMatchObject({ grant: { amr: ["pwd"], acr: "aal1" } });
      const up = await stepUp(codeOf(factor, 11), other);
      expect(up).toMatchObject({ kind: "done", grant: { amr: ["pwd", "otp", "mfa"] } });
      expect(await acrOf(other)).toBe("aal2");
      advance(60 * SECOND);
      // The password says nothing of the second factor, which was shown when it was.
      const authTime = Date.now() - 60 * SECOND;
      expect(await stepUp(null, other)).toMatchObject({ grant: { acr: "aal2", authTime } });
    });

    it("takes a code once, and no other session's place", async () => {
      const factor = await enrolled();
      expect(await kindOf(stepUp(codeOf(factor, 11)))).toBe("done");
      expect(await kindOf(stepUp(codeOf(factor, 11)))).toBe("wrong");
      expect(await kindOf(stepUp(recovery("hash 1")))).toBe("done");
      expect(await kindOf(stepUp(recovery("hash 1")))).toBe("wrong");
      expect(await kindOf(stepUp(codeOf(factor, 12), someSessionId()))).toBe("refused");
    });
  });
}
