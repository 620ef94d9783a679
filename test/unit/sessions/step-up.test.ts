import { describe, expect, it } from "vitest";
import { FREE_FACTOR_TRIES } from "../../../src/domain/credentials/throttle.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { endOwnSession } from "../../../src/use-cases/sessions/end-own-session.ts";
import { challengeStepUp, stepUp } from "../../../src/use-cases/sessions/step-up.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { signedBy } from "../../support/fakes/passkeys.ts";
import { enrolCodes, enrolKey, factorOwner } from "../../support/memory-factors.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { CAUSE, HOUR, someId, somePerson } from "../../support/samples.ts";

type Shown = Parameters<typeof stepUp>[2];

async function withCodes() {
  const service = memoryService();
  const { deps } = service;
  const { user, owner, proven } = await factorOwner(service);
  const codes = await enrolCodes(deps, owner);
  const now = (): Shown => ({ kind: "totp", code: codes.codeNow() });
  const show = async (shown: Shown, given = deps) => stepUp(given, proven, shown);
  return { service, deps, user, proven, codes, show, now };
}

const BY_PASSWORD: Shown = { kind: "password", password: PASSWORD };

describe("proving again who it is", () => {
  it("by a code is proved now, by each code once", async () => {
    const { service, deps, show, now } = await withCodes();
    service.advance(HOUR);
    const { accessToken } = unwrapped(await show(now()));
    const auth_time = deps.clock() / 1_000;
    expect(JSON.parse(accessToken)).toMatchObject({ acr: "aal2", auth_time });
    expect(await show(now())).toEqual(refusedBy("invalid_code"));
    expect(await show({ kind: "totp", code: "no code" })).toEqual(refusedBy("invalid_code"));
  });

  it("by the password says nothing of when the second factor was shown", async () => {
    const { service, deps, show } = await withCodes();
    const auth_time = deps.clock() / 1_000;
    service.advance(HOUR);
    const { accessToken } = unwrapped(await show(BY_PASSWORD));
    expect(JSON.parse(accessToken)).toMatchObject({ acr: "aal2", auth_time });
    const wrong = { kind: "password", password: passwordOf("a wrong one") } as const;
    expect(await show(wrong)).toEqual(refusedBy("invalid_credentials"));
  });

  it("by a passkey takes an answer to a challenge of the same session", async () => {
    const { service, deps, user, proven } = await withCodes();
    expect(codeOf(await challengeStepUp(deps, proven))).toBe("not_found");
    const key = await enrolKey(deps, proven);
    const other = { ...somePerson(user.id), proved: proven.proved };
    const answerIn = async (session: typeof proven): Promise<Shown> => {
      const { token, options } = unwrapped(await challengeStepUp(service.deps, session));
      return { kind: "passkey", token, credential: signedBy(key, options) };
    };
    const tried = async (shown: Shown) => codeOf(await stepUp(deps, proven, shown));
    expect(await tried(await answerIn(other))).toBe("invalid_passkey");
    expect(await tried(await answerIn(proven))).toBe("done");
  });

  it("by a passkey that does not count takes each answer once", async () => {
    const { deps, proven, show } = await withCodes();
    const key = { ...(await enrolKey(deps, proven)), signCount: null };
    const { token, options } = unwrapped(await challengeStepUp(deps, proven));
    const shown = { kind: "passkey", token, credential: signedBy(key, options) } as const;
    expect(codeOf(await show(shown))).toBe("done");
    expect(codeOf(await show(shown))).toBe("invalid_passkey");
  });

  it("by a right code forgets the wrong ones, and by the password none", async () => {
    const { service, deps, proven, show, now } = await withCodes();
    const wrong = async (times: number) => {
      for (let i = 0; i < times; i++) {
        expect(codeOf(await show({ kind: "totp", code: "no code" }))).toBe("invalid_code");
      }
    };
    await wrong(FREE_FACTOR_TRIES - 1);
    expect(codeOf(await show(now()))).toBe("done");
    await wrong(FREE_FACTOR_TRIES);
    expect(codeOf(await show(BY_PASSWORD))).toBe("done");
    service.advance(1);
    expect(codeOf(await stepUp(deps, proven, now()))).toBe("throttled");
  });

  it("by a recovery code is told, with how many are left; by anything else it is not", async () => {
    const { deps, codes, show, now } = await withCodes();
    const told = () =>
      deps.accounts.events.filter(({ type }) => type === "factor.recovery_code_used");
    for (const shown of [now(), BY_PASSWORD]) unwrapped(await show(shown));
    expect(told()).toEqual([]);
    const code = codes.recoveryCodes[0] ?? "";
    unwrapped(await show({ kind: "recovery_code", code }));
    expect(told()).toMatchObject([{ data: { left: 9 } }]);
  });

  it("is of no use to a session that has ended", async () => {
    const { deps, proven, show, now } = await withCodes();
    unwrapped(await endOwnSession(deps, proven, proven.sessionId));
    for (const shown of [now(), BY_PASSWORD]) {
      expect(await show(shown)).toEqual(refusedBy("invalid_token"));
    }
  });

  it("grants less, and does not fail, while a role that was just given cannot be read", async () => {
    const { deps, user, show, now } = await withCodes();
    const giving: typeof deps = {
      ...deps,
      users: {
        ...deps.users,
        async findById(id) {
          const found = await deps.users.findById(id);
          const change = { kind: "assign_role", role: "admin" } as const;
          const command = { changeId: someId(), change, ifVersion: null, cause: CAUSE };
          await deps.accounts.change(user.id, command);
          return found;
        },
      },
      catalogue: {
        ...deps.catalogue,
        named: async (names) => {
          if (names.includes("admin")) throw new Unavailable("roles");
          return deps.catalogue.named(names);
        },
      },
    };
    const { accessToken } = unwrapped(await show(now(), giving));
    expect(JSON.parse(accessToken)).toMatchObject({ roles: ["admin", "user"], permissions: [] });
  });
});
