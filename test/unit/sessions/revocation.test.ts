import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import type { Result } from "../../../src/domain/result.ts";
import { deleteUser } from "../../../src/use-cases/accounts/delete-user.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import { logout } from "../../../src/use-cases/sessions/logout.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { codeOf } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf, type PortFaults } from "../../support/port-faults.ts";
import { ACCOUNT_POLICY, someActor, somePerson } from "../../support/samples.ts";

async function signedIn() {
  const service = memoryService();
  const user = await service.register();
  const [own, other] = [await service.signIn(user.email), await service.signIn(user.email)];
  const caller = somePerson(user.id, own.sessionId);
  const isAlive = async (tokens: typeof own) =>
    (await service.deps.accounts.check(user.id, tokens.sessionId)) !== null ||
    (await rotateRefreshToken(service.deps, ANYONE, tokens.refreshToken)).ok;
  return { service, user, own, other, caller, isAlive };
}

describe.each(FAULTS)("REV-04 %s", (kind) => {
  it("whoever is told that they are signed out is, whatever call breaks", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { service, own, other, caller, isAlive } = await signedIn();
      const outcome = await outcomeOf(logout(service.through(faults), caller, null, "local"));
      faults.end();
      expect(outcome === "unavailable").toBe(faults.struck !== null);
      if (outcome === "unavailable") await logout(service.deps, caller, null, "local");
      expect(await isAlive(own)).toBe(false);
      expect(await isAlive(other)).toBe(true);
    });
    expect(broken).toEqual(["endSessions"]);
  });

  it("the same by refresh token, for every session", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { service, own, other, isAlive } = await signedIn();
      service.advance(ACCOUNT_POLICY.authorityMaxAge);
      const deps = service.through(faults);
      const outcome = await outcomeOf(logout(deps, ANYONE, own.refreshToken, "global"));
      faults.end();
      if (outcome === "unavailable") {
        // Asked again it is done, or was done already and the token is dead.
        await logout(service.deps, ANYONE, own.refreshToken, "global");
      } else {
        expect(outcome.ok).toBe(true);
      }
      expect([await isAlive(own), await isAlive(other)]).toEqual([false, false]);
    });
    expect(broken).toEqual(["holdsToken", "read", "endSessions"]);
  });

  type Act = (deps: Deps, id: UserId) => Promise<Result<unknown, string>>;
  const disable: Act = (deps, id) => updateUser(deps, someActor("*"), id, { status: "disabled" });
  const remove: Act = (deps, id) => deleteUser(deps, someActor("users:write"), id);
  const removeUnseen: Act = (deps, id) => deleteUser(deps, someActor("*"), id);
  type Deps = ReturnType<ReturnType<typeof memoryService>["through"]>;

  it.each([
    { name: "disabled", act: disable, looks: ["findById", "named"] },
    { name: "deleted", act: remove, looks: ["findById", "named"] },
    { name: "deleted by those who may do everything", act: removeUnseen, looks: ["mend"] },
  ])(
    "REV-02 a user who is said to be $name has no session, whatever call breaks",
    async ({ act, looks }) => {
      const broken = await atEveryCall(kind, async (faults: PortFaults) => {
        const { service, user, own, other, isAlive } = await signedIn();
        const outcome = await outcomeOf(act(service.through(faults), user.id));
        faults.end();
        const row = await service.deps.record.read(user.id);
        const isGone = row === null || row.authority.status === "disabled";
        if (outcome !== "unavailable") expect([outcome.ok, isGone]).toEqual([true, true]);
        // Even unanswered, what D1 has taken the object knows before it lets anyone act.
        if (isGone) expect([await isAlive(own), await isAlive(other)]).toEqual([false, false]);
        const again = await act(service.deps, user.id);
        expect(["done", "not_found"].includes(codeOf(again))).toBe(true);
        expect([await isAlive(own), await isAlive(other)]).toEqual([false, false]);
      });
      expect(broken).toEqual(expect.arrayContaining([...looks, "change", "apply"]));
    },
  );
});
