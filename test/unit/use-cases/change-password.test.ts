import { describe, expect, it } from "vitest";
import { FREE_TRIES } from "../../../src/domain/throttle.ts";
import { authenticateUser } from "../../../src/use-cases/authenticate-user.ts";
import { changePassword, deleteOwnAccount } from "../../../src/use-cases/change-password.ts";
import { setRole } from "../../../src/use-cases/manage-users.ts";
import { DEVICE, memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";

const WRONG = passwordOf("not the right password");
const NEXT = passwordOf("a different long passphrase");

async function signedIn() {
  const service = memoryService();
  const user = await service.register();
  const tokens = await service.signIn(user.email);
  await service.signIn(user.email);
  const owner = { userId: user.id, sessionId: tokens.sessionId };
  const sessions = async () =>
    (await service.deps.accounts.listSessions(user.id)).map(({ id }) => id);
  const signInWith = async (password: typeof PASSWORD) =>
    (await authenticateUser(service.deps, { email: user.email, password, device: DEVICE })).kind;
  const change = (current = PASSWORD, next = NEXT) =>
    changePassword(service.deps, owner, { current, next });
  const remove = (password = PASSWORD) => deleteOwnAccount(service.deps, owner, password);
  return { service, user, owner, sessions, signInWith, change, remove };
}

/** What needs the current password. */
const ACTIONS = [
  { name: "changing the password", act: "change" },
  { name: "deleting the account", act: "remove" },
] as const;

describe.each(ACTIONS)("$name", ({ act }) => {
  it("PWD-08 takes the current password, and nothing happens without", async () => {
    const on = await signedIn();
    expect(await on[act](WRONG)).toEqual({ kind: "invalid_credentials" });
    expect(await on.sessions()).toHaveLength(2);
    expect(await on.signInWith(PASSWORD)).toBe("signed_in");
  });

  it("PWD-08 RAT-08 guesses share one count with sign-in", async () => {
    const on = await signedIn();
    for (let i = 0; i < FREE_TRIES; i++) await on[act](WRONG);
    expect(await on[act]()).toMatchObject({ kind: "throttled", retryAfter: 1_000 });
    expect(await on.signInWith(PASSWORD)).toBe("throttled");
    expect(await on.sessions()).toHaveLength(2);
    on.service.advance(1_000);
    expect(await on[act]()).toEqual({ kind: "done" });
  });

  it("RAT-08 failures at sign-in count here", async () => {
    const on = await signedIn();
    for (let i = 0; i < FREE_TRIES; i++) await on.signInWith(WRONG);
    expect((await on[act]()).kind).toBe("throttled");
  });

  it("is a conflict when the account changed after its password was checked", async () => {
    const on = await signedIn();
    const { service, user, owner } = on;
    // The change slips in where the new password is judged or the count is cleared.
    const throttle = {
      ...service.deps.throttle,
      clear: async () => {
        await setRole(service.deps, ["*"], user.id, "admin", "assign_role");
      },
    };
    const deps = { ...service.deps, throttle };
    const answer =
      act === "change"
        ? await changePassword(deps, owner, { current: PASSWORD, next: NEXT })
        : await deleteOwnAccount(deps, owner, PASSWORD);
    expect(answer).toEqual({ kind: "conflict" });
    expect(await on.sessions()).toHaveLength(2);
    expect(await on.signInWith(PASSWORD)).toBe("signed_in");
  });

  it("is not found when the account is gone", async () => {
    const on = await signedIn();
    await on.remove();
    expect(await on[act]()).toEqual({ kind: "not_found" });
  });

  it.each(FAULTS)("RAT-05 is done when it says so, whatever call breaks: %s", async (kind) => {
    await atEveryCall(kind, async (faults) => {
      const on = await signedIn();
      const deps = on.service.through(faults);
      const work =
        act === "change"
          ? changePassword(deps, on.owner, { current: PASSWORD, next: NEXT })
          : deleteOwnAccount(deps, on.owner, PASSWORD);
      const outcome = await outcomeOf<{ kind: string }>(work);
      faults.end();
      const left = act === "change" ? 1 : 0;
      if (outcome === "unavailable") {
        expect([2, left]).toContain((await on.sessions()).length);
      } else {
        expect(outcome).toEqual({ kind: "done" });
        expect(await on.sessions()).toHaveLength(left);
        expect(await on.signInWith(PASSWORD)).toBe("invalid_credentials");
      }
    });
  });
});

describe("changing the password", () => {
  it("REV-03 ends the other sessions, and only the new password opens more", async () => {
    const { change, sessions, owner, signInWith } = await signedIn();
    expect(await change()).toEqual({ kind: "done" });
    expect(await sessions()).toEqual([owner.sessionId]);
    expect(await signInWith(PASSWORD)).toBe("invalid_credentials");
    expect(await signInWith(NEXT)).toBe("signed_in");
  });

  it("PWD-05 refuses a weak one with its reason, and nothing is changed", async () => {
    const { change, sessions, signInWith } = await signedIn();
    const weak = { kind: "weak_password", weakness: "too_short" };
    expect(await change(PASSWORD, passwordOf("short"))).toEqual(weak);
    expect(await sessions()).toHaveLength(2);
    expect(await signInWith(PASSWORD)).toBe("signed_in");
  });

  it("a wrong current password is told before anything about the new one", async () => {
    const { change } = await signedIn();
    expect(await change(WRONG, passwordOf("short"))).toEqual({ kind: "invalid_credentials" });
  });
});

describe("deleting the account", () => {
  it("REV-02 leaves no session and no account", async () => {
    const { service, user, remove, sessions, signInWith } = await signedIn();
    expect(await remove()).toEqual({ kind: "done" });
    expect(await sessions()).toEqual([]);
    expect(await service.deps.users.findById(user.id)).toBeNull();
    expect(await signInWith(PASSWORD)).toBe("invalid_credentials");
  });
});
