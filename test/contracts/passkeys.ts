import { beforeEach, describe, expect, it } from "vitest";
import type { User } from "../../src/domain/accounts/user.ts";
import type { FactorProof, Passkey } from "../../src/domain/credentials/factor.ts";
import { FREE_FACTOR_TRIES } from "../../src/domain/credentials/throttle.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import { MAX_FACTORS } from "../../src/domain/limits.ts";
import type { OpenSession } from "../../src/use-cases/sessions/ports.ts";
import { type AccountSteps, accountSteps, advance } from "../support/account-steps.ts";
import { CAUSE, SECOND, someFactorId, someId, someSessionId } from "../support/samples.ts";
import type { AccountsHarness } from "./accounts.ts";

const HASHES = ["hash 1", "hash 2"];

/** Nothing was shown before the passkey. */
const NOTHING = { amr: [], acr: "aal1" } as const;

const somePasskey = (begunIn: SessionId, given: Partial<Passkey> = {}): Passkey => ({
  id: someFactorId(),
  kind: "passkey",
  name: "Key",
  createdAt: Date.now(),
  begunIn,
  confirmedAt: Date.now(),
  lastUsedAt: null,
  credentialId: someId(),
  publicKey: "key",
  signCount: 1,
  method: "hwk",
  transports: ["usb"],
  userHandle: "handle",
  challenge: someId(),
  ...given,
});

const shownBy = ({ id, method }: Passkey, signCount: number, userVerified = true): FactorProof => ({
  kind: "passkey",
  id,
  signCount,
  userVerified,
  method,
});

/** Passkeys: what challenges them, and what they open. */
export function passkeysContract(make: () => Promise<AccountsHarness>): void {
  describe("Accounts, passkeys:", () => {
    let on: AccountSteps;
    let user: User;
    let sessionId: SessionId;
    beforeEach(async () => {
      on = accountSteps(await make());
      user = await on.create({ emailVerified: true });
      sessionId = await on.session(user);
    });

    const held = () => on.accounts.listFactors(user.id);
    const add = (passkey: Passkey, recoveryCodes = HASHES) =>
      on.accounts.addPasskey(user.id, { passkey, recoveryCodes, cause: CAUSE });
    const enrolled = async (given: Partial<Passkey> = {}) => {
      const passkey = somePasskey(sessionId, given);
      expect(await add(passkey)).toBe("first");
      return passkey;
    };
    const take = (challenge: string, credentialId = "none", endsAt = Date.now() + 60 * SECOND) =>
      on.accounts.takeChallenge(user.id, { challenge, endsAt, credentialId });
    const show = (proof: FactorProof, before: Partial<OpenSession> = NOTHING) => {
      const second = { proof, flowId: someId(), flowEndsAt: Date.now() + 60 * SECOND };
      return on.open(user, { sessionId: someSessionId(), ...before, second });
    };
    const kindOf = async (answer: Promise<{ readonly kind: string }>) => (await answer).kind;
    const acrOf = async (id: SessionId) => (await on.accounts.check(user.id, id))?.acr;

    describe("challenges", () => {
      it("are spent once, whoever asks first, and name the passkey that answers", async () => {
        const passkey = await enrolled();
        const both = await Promise.all([1, 2].map(() => take("one", passkey.credentialId)));
        expect(both.map(({ kind }) => kind).sort()).toEqual(["spent", "taken"]);
        expect(both[0]?.passkey).toEqual(passkey);
        expect(await take("another")).toEqual({ kind: "taken", passkey: null });
      });

      it("are nobody's when their time is over, and are forgotten then", async () => {
        expect(await kindOf(take("one", "none", Date.now()))).toBe("spent");
        expect(await kindOf(take("two"))).toBe("taken");
        advance(60 * SECOND);
        expect(await kindOf(take("two", "none", Date.now()))).toBe("spent");
      });

      it("are kept of nobody who was deleted", async () => {
        await enrolled();
        await on.change(user.id, { kind: "delete" });
        expect(await take("one")).toEqual({ kind: "spent", passkey: null });
      });

      it("are spent of somebody who is disabled, so that a right answer tells them so", async () => {
        const passkey = await enrolled();
        await on.change(user.id, { kind: "set_status", status: "disabled" });
        expect(await take("one", passkey.credentialId)).toEqual({ kind: "taken", passkey });
        expect(await held()).toBeNull();
      });
    });

    describe("making one", () => {
      it("counts at once, and raises the session that made it alone", async () => {
        const other = await on.session(user);
        const passkey = await enrolled();
        expect([await acrOf(sessionId), await acrOf(other)]).toEqual(["aal2", "aal1"]);
        expect(await held()).toEqual({ factors: [passkey], recoveryCodesLeft: HASHES.length });
        expect(await on.accounts.check(user.id, other)).toMatchObject({ accountAcr: "aal2" });
      });

      it("is done once, however often it is asked for, and the codes are shown once", async () => {
        const passkey = await enrolled();
        expect(await add(passkey)).toBe("first");
        expect(await add({ ...passkey, id: someFactorId() }, ["another"])).toBe("another");
        expect(await held()).toEqual({ factors: [passkey], recoveryCodesLeft: HASHES.length });
        const again = somePasskey(sessionId, { credentialId: passkey.credentialId });
        expect(await add(again)).toBe("exists");
      });

      it("brings no new codes with a second one, and there are no more than there may be", async () => {
        await enrolled();
        for (let n = 1; n < MAX_FACTORS; n++) {
          expect(await add(somePasskey(sessionId), ["another"])).toBe("another");
        }
        expect(await add(somePasskey(sessionId))).toBe("too_many");
        expect((await held())?.factors).toHaveLength(MAX_FACTORS);
        expect((await held())?.recoveryCodesLeft).toBe(HASHES.length);
      });

      it("is for a session that is open, and shows what the account asks for by now", async () => {
        const older = await on.session(user);
        expect(await add(somePasskey(someSessionId()))).toBe("refused");
        await enrolled();
        expect(await add(somePasskey(older))).toBe("refused");
        const renaming = { id: someFactorId(), name: "Other", sessionId: older };
        expect(await kindOf(on.accounts.renamePasskey(user.id, renaming))).toBe("refused");
      });

      it("a name is changed, of a passkey alone", async () => {
        const passkey = await enrolled();
        const rename = (id = passkey.id) =>
          on.accounts.renamePasskey(user.id, { id, name: "Blue", sessionId });
        const renamed = { ...passkey, name: "Blue" };
        expect(await rename()).toEqual({ kind: "renamed", passkey: renamed });
        expect(await rename(someFactorId())).toEqual({ kind: "none" });
        expect((await held())?.factors).toEqual([renamed]);
      });

      it("one that is removed opens nothing, and the last takes the codes with it", async () => {
        const passkey = await enrolled();
        await on.accounts.removeFactor(user.id, {
          id: passkey.id,
          except: sessionId,
          cause: CAUSE,
        });
        expect(await kindOf(show(shownBy(passkey, 2)))).toBe("wrong");
        expect(await held()).toEqual({ factors: [], recoveryCodesLeft: 0 });
        expect(await kindOf(on.open(user))).toBe("opened");
      });
    });

    describe("what they open", () => {
      it("one that knew its owner is two factors", async () => {
        const passkey = await enrolled({ method: "swk" });
        expect(await show(shownBy(passkey, 2))).toMatchObject({
          kind: "opened",
          grant: { amr: ["swk", "user", "mfa"], acr: "aal2", authTime: Date.now() },
        });
        expect((await held())?.factors[0]).toMatchObject({ signCount: 2, lastUsedAt: Date.now() });
      });

      it("one that was touched is the first, and no second one to itself", async () => {
        const passkey = await enrolled();
        const touched = shownBy(passkey, 2, false);
        expect(await show(touched)).toEqual({
          kind: "second_factor_required",
          factors: ["passkey", "recovery_code"],
        });
        const before = { amr: ["hwk", "user"], acr: "aal1" } as const;
        expect(await kindOf(show(touched, before))).toBe("wrong");
        expect(await show({ kind: "recovery_code", hash: "hash 1" }, before)).toMatchObject({
          grant: { amr: ["hwk", "user", "mfa"], acr: "aal2" },
        });
        // What was not enough was not counted.
        expect(await show(touched, { amr: ["pwd"], acr: "aal1" })).toMatchObject({
          grant: { amr: ["pwd", "hwk", "user", "mfa"], acr: "aal2" },
        });
      });

      it("one that counts must count on: a copy of it opens nothing", async () => {
        const passkey = await enrolled({ signCount: 7 });
        const by = async (signCount: number) => kindOf(show(shownBy(passkey, signCount)));
        expect([await by(7), await by(8), await by(8), await by(0), await by(9)]).toEqual([
          "wrong",
          "opened",
          "wrong",
          "wrong",
          "opened",
        ]);
      });

      it("one that does not count need not", async () => {
        const passkey = await enrolled({ signCount: 0 });
        const by = async (signCount: number) => kindOf(show(shownBy(passkey, signCount)));
        expect([await by(0), await by(0), await by(1), await by(0)]).toEqual([
          "opened",
          "opened",
          "opened",
          "wrong",
        ]);
      });

      it("steps a session up", async () => {
        const older = await on.session(user);
        const passkey = await enrolled();
        const proof = shownBy(passkey, 2, false);
        const up = () => on.accounts.stepUp(user.id, { sessionId: older, proof, cause: CAUSE });
        expect(await up()).toMatchObject({
          kind: "done",
          grant: { amr: ["pwd", "hwk", "user", "mfa"], acr: "aal2" },
        });
        expect(await kindOf(up())).toBe("wrong");
      });

      it("a touch steps up no session that a passkey alone opened", async () => {
        const passkey = await enrolled();
        const alone = someSessionId();
        await show(shownBy(passkey, 2), { ...NOTHING, sessionId: alone });
        const up = (proof: FactorProof) =>
          on.accounts.stepUp(user.id, { sessionId: alone, proof, cause: CAUSE });
        expect(await kindOf(up(shownBy(passkey, 3, false)))).toBe("wrong");
        expect(await up(shownBy(passkey, 3))).toMatchObject({ grant: { acr: "aal2" } });
      });

      it("is shown by no proof of another kind", async () => {
        const { id } = await enrolled({ signCount: 0 });
        const proof = { kind: "totp", id, step: 1, rewrapped: null } as const;
        expect(await kindOf(show(proof, { amr: ["pwd"], acr: "aal1" }))).toBe("wrong");
        const confirm = { proof, sessionId, recoveryCodes: HASHES, cause: CAUSE };
        expect(await on.accounts.confirmFactor(user.id, confirm)).toBe("refused");
      });

      it("tries are counted by themselves, and cleared by a right one", async () => {
        const passkey = await enrolled();
        const reserve = (by: "totp" | "passkey" | "passkey_alone") =>
          kindOf(on.accounts.reserveProof(user.id, by));
        for (let n = 0; n < FREE_FACTOR_TRIES; n++)
          expect(await reserve("passkey")).toBe("allowed");
        const others = [await reserve("totp"), await reserve("passkey_alone")];
        expect([await reserve("passkey"), ...others]).toEqual(["delayed", "allowed", "allowed"]);
        await show(shownBy(passkey, 2));
        expect(await reserve("passkey")).toBe("allowed");
      });
    });
  });
}
