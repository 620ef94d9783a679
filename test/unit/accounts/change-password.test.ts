import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import type { Reason, Result } from "../../../src/domain/result.ts";
import { changePassword } from "../../../src/use-cases/accounts/change-password.ts";
import { deleteOwnAccount } from "../../../src/use-cases/accounts/delete-own-account.ts";
import type { UserObjects } from "../../../src/use-cases/accounts/ports.ts";
import { setUserRole } from "../../../src/use-cases/accounts/set-user-role.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { authenticateUser } from "../../../src/use-cases/sessions/sign-in.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { CAUSE, someActor, somePerson } from "../../support/samples.ts";

const WRONG = passwordOf("not the right password");
const NEXT = passwordOf("a different long passphrase");

async function signedIn() {
  const service = memoryService();
  const user = await service.register();
  const tokens = await service.signIn(user.email);
  await service.signIn(user.email);
  const owner = somePerson(user.id, tokens.sessionId);
  const sessions = async () =>
    (await service.deps.accounts.listSessions(user.id)).map(({ id }) => id);
  const signInWith = async (password: typeof PASSWORD) =>
    codeOf(
      await authenticateUser(service.deps, ANYONE, {
        email: user.email,
        password,
        deviceToken: null,
      }),
      "signed_in",
    );
  const change = (current = PASSWORD, next = NEXT) =>
    changePassword(service.deps, owner, { current, next });
  const remove = (password = PASSWORD) => deleteOwnAccount(service.deps, owner, password);
  return { service, user, owner, tokens, sessions, signInWith, change, remove };
}

/** What needs the current password. */
const ACTIONS = [
  { name: "changing the password", act: "change" },
  { name: "deleting the account", act: "remove" },
] as const;

describe.each(ACTIONS)("$name", ({ act }) => {
  it("PWD-08 takes the current password, and nothing happens without", async () => {
    const on = await signedIn();
    expect(await on[act](WRONG)).toEqual(refusedBy("invalid_credentials"));
    expect(await on.sessions()).toHaveLength(2);
    expect(await on.signInWith(PASSWORD)).toBe("signed_in");
  });

  it("PWD-08 RAT-08 guesses count with all that are made inside the sessions", async () => {
    const on = await signedIn();
    for (let i = 0; i < FREE_TRIES; i++) await (i % 2 === 0 ? on.change(WRONG) : on.remove(WRONG));
    expect(await on[act]()).toEqual(refusedBy({ code: "throttled", retryAfter: 1_000 }));
    expect(await on.sessions()).toHaveLength(2);
    on.service.advance(1_000);
    expect(codeOf(await on[act]())).toBe("done");
  });

  it("a right password clears the count of the sessions' guesses, a sign-in as well", async () => {
    const on = await signedIn();
    for (let i = 0; i < FREE_TRIES; i++) await on[act](WRONG);
    expect(await on.signInWith(PASSWORD)).toBe("signed_in");
    expect(codeOf(await on[act]())).toBe("done");
  });

  it("RAT-06 strangers' failures at sign-in do not stop the owner, who is signed in", async () => {
    const on = await signedIn();
    for (let i = 0; i < FREE_TRIES; i++) await on.signInWith(WRONG);
    expect(await on.signInWith(PASSWORD)).toBe("throttled");
    expect(codeOf(await on[act]())).toBe("done");
  });

  /** The act, while something slips in where the count of tries is cleared. */
  const actWhile = async (on: Awaited<ReturnType<typeof signedIn>>, slip: () => Promise<void>) => {
    const { service, owner } = on;
    const proofs = { ...service.deps.proofs, clearProofs: slip };
    const deps = { ...service.deps, proofs };
    return act === "change"
      ? changePassword(deps, owner, { current: PASSWORD, next: NEXT })
      : deleteOwnAccount(deps, owner, PASSWORD);
  };

  it("is a conflict when the password changed after it was checked", async () => {
    const on = await signedIn();
    const another = await actWhile(on, async () => {
      const change = { kind: "set_password", passwordHash: "another" } as const;
      const command = { changeId: "x", change, ifVersion: null, cause: CAUSE };
      await on.service.deps.accounts.change(on.user.id, command);
    });
    expect(another).toEqual(refusedBy("conflict"));
    expect(await on.sessions()).toEqual([]);
  });

  it("is done all the same when something else of the account changed meanwhile", async () => {
    const on = await signedIn();
    const { service, user } = on;
    await service.deps.roles.create(
      { name: "editor", description: "", permissions: [] },
      { actor: someActor("*"), changeId: "made" },
    );
    const answer = await actWhile(on, async () => {
      await setUserRole(service.deps, someActor("*"), user.id, "editor", "assign_role");
    });
    expect(codeOf(answer)).toBe("done");
  });

  it("is not found when the account is gone", async () => {
    const on = await signedIn();
    await on.remove();
    expect(await on[act]()).toEqual(refusedBy("not_found"));
  });

  it.each(FAULTS)("RAT-05 is done when it says so, whatever call breaks: %s", async (kind) => {
    await atEveryCall(kind, async (faults) => {
      const on = await signedIn();
      const deps = on.service.through(faults);
      const work =
        act === "change"
          ? changePassword(deps, on.owner, { current: PASSWORD, next: NEXT })
          : deleteOwnAccount(deps, on.owner, PASSWORD);
      const outcome = await outcomeOf<Result<unknown, Reason>>(work);
      faults.end();
      const left = act === "change" ? 1 : 0;
      if (outcome === "unavailable") {
        expect([2, left]).toContain((await on.sessions()).length);
      } else {
        expect(codeOf(outcome)).toBe("done");
        expect(await on.sessions()).toHaveLength(left);
        expect(await on.signInWith(PASSWORD)).toBe("invalid_credentials");
      }
    });
  });
});

describe("changing the password", () => {
  it("REV-03 ends every session, and answers the tokens of a new one", async () => {
    const { service, change, sessions, tokens, signInWith } = await signedIn();
    const fresh = unwrapped(await change());
    expect(await sessions()).toEqual([fresh.sessionId]);
    const refresh = (token: string) => rotateRefreshToken(service.deps, ANYONE, token);
    expect((await refresh(tokens.refreshToken)).ok).toBe(false);
    expect((await refresh(fresh.refreshToken)).ok).toBe(true);
    expect(await signInWith(PASSWORD)).toBe("invalid_credentials");
    expect(await signInWith(NEXT)).toBe("signed_in");
  });

  it("AUZ-06 gives no new session to whoever could not sign in, and changes nothing", async () => {
    const { service, owner, sessions } = await signedIn();
    const deps = { ...service.deps, requireVerifiedEmail: true };
    const input = { current: PASSWORD, next: NEXT };
    expect(await changePassword(deps, owner, input)).toEqual(refusedBy("email_not_verified"));
    expect(await sessions()).toHaveLength(2);
  });

  it("CFW-17 with an object that opened no session is an outage, not a session", async () => {
    const { service, owner, signInWith } = await signedIn();
    const accounts = {
      ...service.deps.accounts,
      change: async (...[id, { open: _, ...command }]: Parameters<UserObjects["change"]>) =>
        service.deps.accounts.change(id, command),
    };
    const input = { current: PASSWORD, next: NEXT };
    const work = changePassword({ ...service.deps, accounts }, owner, input);
    expect(await outcomeOf(work)).toBe("unavailable");
    expect(await signInWith(NEXT)).toBe("signed_in");
  });

  it("PWD-05 refuses a weak one with its reason, and nothing is changed", async () => {
    const { change, sessions, signInWith } = await signedIn();
    const weak = refusedBy({ code: "weak_password", weakness: "too_short" });
    expect(await change(PASSWORD, passwordOf("short"))).toEqual(weak);
    expect(await sessions()).toHaveLength(2);
    expect(await signInWith(PASSWORD)).toBe("signed_in");
  });

  it("a wrong current password is told before anything about the new one", async () => {
    const { change } = await signedIn();
    expect(await change(WRONG, passwordOf("short"))).toEqual(refusedBy("invalid_credentials"));
  });
});

describe("deleting the account", () => {
  it("REV-02 leaves no session and no account", async () => {
    const { service, user, remove, sessions, signInWith } = await signedIn();
    expect(await remove()).toEqual({ ok: true, value: null });
    expect(await sessions()).toEqual([]);
    expect(await service.deps.users.findById(user.id)).toBeNull();
    expect(await signInWith(PASSWORD)).toBe("invalid_credentials");
  });
});

const DOWN = new Unavailable("d1");

/** Changes a password while a role is given, and what is asked of the catalogue meanwhile. */
async function givenMeanwhile(failing: Error | null, role: string | null = "editor") {
  const { service, user, owner } = await signedIn();
  const { deps } = service;
  await deps.roles.create(
    { name: "editor", description: "", permissions: ["articles:write"] },
    { actor: someActor("*"), changeId: "made" },
  );
  const asked: (readonly string[])[] = [];
  const named: typeof deps.catalogue.named = async (names) => {
    asked.push(names);
    if (names.includes("editor") && failing !== null) throw failing;
    return deps.catalogue.named(names);
  };
  const clearProofs = async () => {
    if (role !== null) await setUserRole(deps, someActor("*"), user.id, role, "assign_role");
  };
  const given = {
    ...deps,
    catalogue: { ...deps.catalogue, named },
    proofs: { ...deps.proofs, clearProofs },
  };
  const changed = await changePassword(given, owner, { current: PASSWORD, next: NEXT });
  return { claims: JSON.parse(unwrapped(changed).accessToken), asked };
}

it.each([
  ["grants it what it grants", null, ["editor", "user"], ["articles:write"]],
  ["does not count where that cannot be looked up, and is no outage", DOWN, ["user"], []],
])(
  "a role that was given while the password is changed: %s",
  async (_, failing, roles, permissions) => {
    const { claims, asked } = await givenMeanwhile(failing);
    expect(claims).toMatchObject({ roles, permissions });
    expect(asked).toEqual([["user"], ["editor"]]);
  },
);

it("where no role was given meanwhile, none is looked up", async () => {
  expect((await givenMeanwhile(null, null)).asked).toEqual([["user"]]);
});

it("a mistake of ours is told, and not taken for a role that grants nothing", async () => {
  await expect(givenMeanwhile(new TypeError("a mistake"))).rejects.toThrow("a mistake");
});
