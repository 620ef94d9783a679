import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import { CODE_LIFETIME } from "../../../src/domain/credentials/code-flow.ts";
import { requestSignInCode } from "../../../src/use-cases/accounts/request-sign-in-code.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import { signInByCode } from "../../../src/use-cases/sessions/sign-in-by-code.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { someActor, someEmail, someUser } from "../../support/samples.ts";

type Service = ReturnType<typeof memoryService>;

/** Somebody whose address is verified. */
async function known(service: Service) {
  const user = someUser({ emailVerified: true, now: service.deps.clock() });
  await service.deps.users.create(user);
  return user;
}

async function begun(service: Service, email: Email) {
  const flow = unwrapped(await requestSignInCode(service.deps, ANYONE, email));
  await service.answered();
  return { flow, code: service.sent.at(-1)?.code ?? "" };
}

const WRONG = "no code at all";

describe("signing in by a mailed code", () => {
  it("takes flow and code, once and within ten minutes", async () => {
    for (const [late, expected] of [
      [CODE_LIFETIME - 1, "done"],
      [CODE_LIFETIME, "invalid_code"],
    ] as const) {
      const service = memoryService();
      const input = await begun(service, (await known(service)).email);
      service.advance(late);
      expect(codeOf(await signInByCode(service.deps, ANYONE, input))).toBe(expected);
      expect(codeOf(await signInByCode(service.deps, ANYONE, input))).toBe("invalid_code");
    }
  });

  it("leaves no count of failures, and a wrong code one", async () => {
    const service = memoryService();
    const { email } = await known(service);
    const { flow, code } = await begun(service, email);
    await signInByCode(service.deps, ANYONE, { flow, code: WRONG });
    expect(service.deps.throttle.failures(email)).toBe(1);
    unwrapped(await signInByCode(service.deps, ANYONE, { flow, code }));
    expect(service.deps.throttle.failures(email)).toBe(0);
  });

  it("says that the account is disabled to whoever holds the code, and to nobody else", async () => {
    const service = memoryService();
    const user = await known(service);
    const { flow } = await begun(service, user.email);
    unwrapped(await updateUser(service.deps, someActor("*"), user.id, { status: "disabled" }));
    const { version } = (await service.deps.users.findById(user.id))?.user ?? { version: 0 };
    const { id = "" } = (await service.deps.emailCodes.open(flow)) ?? {};
    const code = service.deps.emailCodes.codeFor(id, user.id, version) ?? "";
    const tried = async (text: string) =>
      codeOf(await signInByCode(service.deps, ANYONE, { flow, code: text }));
    expect(await tried(WRONG)).toBe("invalid_code");
    expect(await tried(code)).toBe("account_disabled");
  });

  it("RAT-08 counts a try at a name that nobody has as well", async () => {
    const service = memoryService();
    const email = someEmail();
    const { flow } = await begun(service, email);
    expect(service.sent).toEqual([]);
    await signInByCode(service.deps, ANYONE, { flow, code: WRONG });
    expect(service.deps.throttle.failures(email)).toBe(1);
  });

  it("AUZ-06 opens no session of an account that nobody verified, by no code", async () => {
    const service = memoryService();
    const user = await service.register();
    const { flow } = await begun(service, user.email);
    expect(service.sent.map(({ purpose }) => purpose)).toEqual(["verify_email"]);
    const { id = "" } = (await service.deps.emailCodes.open(flow)) ?? {};
    const code = service.deps.emailCodes.codeFor(id, user.id, user.version) ?? "";
    const refused = await signInByCode(service.deps, ANYONE, { flow, code });
    expect(codeOf(refused)).toBe("invalid_code");
  });

  it.each(FAULTS)(
    "RAT-05 opens at most one session, and an outage counts no try: %s",
    async (kind) => {
      const broken = await atEveryCall(kind, async (faults) => {
        const service = memoryService();
        const user = await known(service);
        const input = await begun(service, user.email);
        const outcome = await outcomeOf(signInByCode(service.through(faults), ANYONE, input));
        faults.end();
        const again = await signInByCode(service.deps, ANYONE, input);
        const opened = (await service.deps.accounts.listSessions(user.id)).length;
        expect(opened).toBeLessThanOrEqual(1);
        const said = [outcome !== "unavailable" && outcome.ok, again.ok].filter((is) => is).length;
        expect(said).toBeLessThanOrEqual(opened);
        if (faults.struck === "findByEmail") expect(again.ok).toBe(true);
      });
      expect(broken).toEqual(expect.arrayContaining(["reserveCode", "findByEmail", "spendCode"]));
    },
  );
});
