import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import { FREE_FACTOR_TRIES } from "../../../src/domain/credentials/throttle.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import type { Shown } from "../../../src/use-cases/credentials/match-factor.ts";
import { authenticateUser, type SignIn } from "../../../src/use-cases/sessions/sign-in.ts";
import {
  challengeAnyone,
  signInByPasskey,
} from "../../../src/use-cases/sessions/sign-in-by-passkey.ts";
import {
  challengeSecondFactor,
  signInBySecondFactor,
} from "../../../src/use-cases/sessions/sign-in-by-second-factor.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { signedBy } from "../../support/fakes/passkeys.ts";
import { enrolCodes, enrolKey, factorOwner } from "../../support/memory-factors.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { SECOND, someActor } from "../../support/samples.ts";

const STEP = 30 * SECOND;

type Deps = ReturnType<typeof memoryService>["deps"];

/** The token that a sign-in goes on with. */
function continued(answer: SignIn | Awaited<ReturnType<typeof signInByPasskey>>): string {
  if (answer.ok || typeof answer.error === "string" || !("token" in answer.error)) {
    throw new Error(`the sign-in was ${codeOf(answer)}`);
  }
  return answer.error.token;
}

async function begun(deps: Deps, email: Email): Promise<string> {
  const input = { email, password: PASSWORD, deviceToken: null };
  return continued(await authenticateUser(deps, ANYONE, input));
}

async function withCodes() {
  const service = memoryService();
  const { deps } = service;
  const { user, owner, proven } = await factorOwner(service);
  const codes = await enrolCodes(deps, owner);
  const begin = () => begun(deps, user.email);
  const show = async (token: string, shown: Shown) =>
    codeOf(await signInBySecondFactor(deps, ANYONE, { token, shown }), "signed_in");
  const now = (): Shown => ({ kind: "totp", code: codes.codeNow() });
  return { service, deps, user, owner, proven, codes, begin, show, now };
}

const WRONG = { kind: "totp", code: "no code" } as const;

describe("a sign-in whose first factor was right", () => {
  it("goes on for five minutes, and opens one session", async () => {
    for (const [late, expected] of [
      [300 * SECOND - 1, "signed_in"],
      [300 * SECOND, "invalid_token"],
    ] as const) {
      const { service, begin, show, now } = await withCodes();
      const token = await begin();
      service.advance(late);
      expect(await show(token, now())).toBe(expected);
      service.advance(STEP);
      expect(await show(token, now())).toBe("invalid_token");
    }
  });

  it("is of two factors from then on", async () => {
    const { deps, begin, now } = await withCodes();
    const input = { token: await begin(), shown: now() };
    const { accessToken } = unwrapped(await signInBySecondFactor(deps, ANYONE, input));
    const amr = ["pwd", "otp", "mfa"];
    expect(JSON.parse(accessToken)).toMatchObject({ amr, acr: "aal2" });
  });

  it("goes on by no token that was made up", async () => {
    const { show, now } = await withCodes();
    expect(await show("2f1.made-up", now())).toBe("invalid_token");
  });

  it("goes on by no code that opened another", async () => {
    const { begin, show, now, codes } = await withCodes();
    const recovery = { kind: "recovery_code", code: codes.recoveryCodes[0] ?? "" } as const;
    for (const shown of [now(), recovery]) {
      expect(await show(await begin(), shown)).toBe("signed_in");
      expect(await show(await begin(), shown)).toBe("invalid_code");
    }
  });

  it("tells of a recovery code that was used, with how many are left, and of no other", async () => {
    const { deps, begin, show, now, codes } = await withCodes();
    const told = () =>
      deps.accounts.events.filter(({ type }) => type === "factor.recovery_code_used");
    expect(await show(await begin(), now())).toBe("signed_in");
    expect(told()).toEqual([]);
    const code = codes.recoveryCodes[0] ?? "";
    expect(await show(await begin(), { kind: "recovery_code", code })).toBe("signed_in");
    expect(told()).toMatchObject([{ data: { left: 9 } }]);
  });

  it("ends with any change of the account", async () => {
    const { deps, user, begin, show, now } = await withCodes();
    const token = await begin();
    unwrapped(await updateUser(deps, someActor("*"), user.id, { status: "disabled" }));
    expect(await show(token, now())).toBe("invalid_token");
  });

  it("counts wrong codes of every sign-in together, and forgets them at a right one", async () => {
    const { service, begin, show, now } = await withCodes();
    for (let i = 1; i < FREE_FACTOR_TRIES; i++) {
      expect(await show(await begin(), WRONG)).toBe("invalid_code");
    }
    expect(await show(await begin(), now())).toBe("signed_in");
    for (let i = 0; i < FREE_FACTOR_TRIES; i++) {
      expect(await show(await begin(), WRONG)).toBe("invalid_code");
    }
    service.advance(1);
    expect(await show(await begin(), now())).toBe("throttled");
  });

  it("asks for the passkeys of the account, and takes an answer to its own challenge", async () => {
    const { deps, proven, begin, show } = await withCodes();
    const [one, other] = [await begin(), await begin()];
    expect(codeOf(await challengeSecondFactor(deps, ANYONE, one))).toBe("not_found");
    const key = await enrolKey(deps, proven);
    const challenged = async () => unwrapped(await challengeSecondFactor(deps, ANYONE, one));
    const answer = async (): Promise<Shown> => {
      const { token, options } = await challenged();
      return { kind: "passkey", token, credential: signedBy(key, options) };
    };
    const { options } = await challenged();
    const allowCredentials = [{ id: key.id }];
    expect(options).toMatchObject({ userVerification: "preferred", allowCredentials });
    expect(await show(other, await answer())).toBe("invalid_passkey");
    expect(await show(one, await answer())).toBe("signed_in");
  });

  it("after a touch asks for a passkey that knows its owner, which is two factors then", async () => {
    const { deps, proven, show } = await withCodes();
    const key = await enrolKey(deps, proven);
    const { token, options } = unwrapped(await challengeAnyone(deps, ANYONE));
    const input = { token, credential: signedBy(key, options, true) };
    const flow = continued(await signInByPasskey(deps, ANYONE, input));
    const answer = async (isTouched: boolean): Promise<Shown> => {
      const asked = unwrapped(await challengeSecondFactor(deps, ANYONE, flow));
      expect(asked.options).toMatchObject({ userVerification: "required" });
      const credential = signedBy(key, asked.options, isTouched);
      return { kind: "passkey", token: asked.token, credential };
    };
    expect(await show(flow, await answer(true))).toBe("invalid_passkey");
    expect(await show(flow, await answer(false))).toBe("signed_in");
  });

  it.each(FAULTS)(
    "RAT-05 an outage is no wrong code, and opens one session at most: %s",
    async (kind) => {
      const broken = await atEveryCall(kind, async (faults) => {
        const { service, deps, user, begin, now } = await withCodes();
        const before = (await deps.accounts.listSessions(user.id)).length;
        const input = { token: await begin(), shown: now() };
        const outcome = await outcomeOf(
          signInBySecondFactor(service.through(faults), ANYONE, input),
        );
        faults.end();
        const opened = (await deps.accounts.listSessions(user.id)).length - before;
        expect(opened).toBeLessThanOrEqual(1);
        if (outcome !== "unavailable") expect([outcome.ok, opened]).toEqual([true, 1]);
        const types = deps.accounts.events.map(({ type }) => type);
        expect(types).not.toContain("factor.failed");
      });
      const calls = ["findById", "reserveProof", "listFactors", "prepare", "openSession", "sign"];
      expect(broken).toEqual(calls);
    },
  );
});
