import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { FREE_FACTOR_TRIES } from "../../../src/domain/credentials/throttle.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { deleteUser } from "../../../src/use-cases/accounts/delete-user.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import {
  challengeAnyone,
  signInByPasskey,
} from "../../../src/use-cases/sessions/sign-in-by-passkey.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { type PlainAuthenticator, signedBy } from "../../support/fakes/passkeys.ts";
import { enrolKey, factorOwner, rotating } from "../../support/memory-factors.ts";
import { memoryService } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { CAUSE, someActor, someId, someUserId } from "../../support/samples.ts";

type Deps = ReturnType<typeof memoryService>["deps"];

async function withKey() {
  const service = memoryService();
  const { user, owner, proven } = await factorOwner(service);
  const key = await enrolKey(service.deps, owner);
  return { service, deps: service.deps, user, proven, key };
}

/** What an authenticator answers to a challenge of now. */
async function answered(deps: Deps, key: PlainAuthenticator, isTouched = false) {
  const { token, options } = unwrapped(await challengeAnyone(deps, ANYONE));
  return { token, credential: signedBy(key, options, isTouched) };
}

const signIn = async (deps: Deps, key: PlainAuthenticator, isTouched = false) =>
  codeOf(await signInByPasskey(deps, ANYONE, await answered(deps, key, isTouched)), "signed_in");

/** The account changes between the reading of its row and whatever is decided by it. */
function changedMeanwhile(deps: Deps, change: (id: UserId) => Promise<unknown>): Deps {
  let isChanged = false;
  const findById: typeof deps.users.findById = async (id) => {
    const found = await deps.users.findById(id);
    if (!isChanged) {
      isChanged = true;
      await change(id);
    }
    return found;
  };
  return { ...deps, users: { ...deps.users, findById } };
}

describe("signing in by a passkey alone", () => {
  it("asks for one that knows its owner, of whichever the person chooses", async () => {
    const { options } = unwrapped(await challengeAnyone(memoryService().deps, ANYONE));
    expect(options).toMatchObject({ userVerification: "required", allowCredentials: [] });
  });

  it("works time after time, by each answer once", async () => {
    const { deps, key } = await withKey();
    expect(await signIn(deps, key)).toBe("signed_in");
    const again = await answered(deps, key);
    expect(codeOf(await signInByPasskey(deps, ANYONE, again), "signed_in")).toBe("signed_in");
    expect(codeOf(await signInByPasskey(deps, ANYONE, again))).toBe("invalid_passkey");
  });

  it("takes no answer that names nobody", async () => {
    const { deps, key } = await withKey();
    const { token, credential } = await answered(deps, key);
    const response = { ...credential.response, userHandle: null };
    const nameless = { token, credential: { ...credential, response } };
    expect(codeOf(await signInByPasskey(deps, ANYONE, nameless))).toBe("invalid_passkey");
  });

  it("takes none of a copy of the authenticator, which counted less", async () => {
    const { deps, key } = await withKey();
    const copy = { ...key };
    expect(await signIn(deps, key)).toBe("signed_in");
    expect(await signIn(deps, copy)).toBe("invalid_passkey");
  });

  it("tells its owner what keeps them out, however often they ask", async () => {
    const { deps, user, key } = await withKey();
    for (let i = 0; i <= FREE_FACTOR_TRIES; i++) {
      expect(await signIn(deps, key, true)).toBe("second_factor_required");
    }
    unwrapped(await updateUser(deps, someActor("*"), user.id, { status: "disabled" }));
    for (let i = 0; i <= FREE_FACTOR_TRIES; i++) {
      expect(await signIn(deps, key)).toBe("account_disabled");
    }
  });

  it("forgets the wrong tries at a right one", async () => {
    const { service, deps, key } = await withKey();
    const wrong = async (times: number) => {
      const liar = { ...key, key: someId() };
      for (let i = 0; i < times; i++) expect(await signIn(deps, liar)).toBe("invalid_passkey");
    };
    await wrong(FREE_FACTOR_TRIES - 1);
    expect(await signIn(deps, key)).toBe("signed_in");
    await wrong(FREE_FACTOR_TRIES);
    service.advance(1);
    expect(await signIn(deps, key)).toBe("throttled");
  });

  it("is done over when the account changed since its row was read", async () => {
    const { deps, key } = await withKey();
    const change = { kind: "assign_role", role: "admin" } as const;
    const command = { changeId: someId(), change, ifVersion: null, cause: CAUSE };
    const changing = changedMeanwhile(deps, (id) => deps.accounts.change(id, command));
    const input = await answered(deps, key);
    const tokens = unwrapped(await signInByPasskey(changing, ANYONE, input));
    expect(JSON.parse(tokens.accessToken)).toMatchObject({ roles: ["admin", "user"] });
  });

  it("opens nothing of an account that is deleted meanwhile", async () => {
    const { deps, key } = await withKey();
    const { openSession } = deps.sessions;
    const opening: typeof openSession = async (id, command) => {
      unwrapped(await deleteUser(deps, someActor("*"), id));
      await openSession(id, command);
      return { kind: "stale" };
    };
    const deleting = { ...deps, sessions: { ...deps.sessions, openSession: opening } };
    expect(await signIn(deleting, key)).toBe("invalid_passkey");
  });

  it("of an account that changes faster than it is read ends as an outage", async () => {
    const { deps, key } = await withKey();
    let opened = 0;
    const openSession = async () => {
      opened += 1;
      return { kind: "stale" as const };
    };
    const input = await answered(deps, key);
    const sessions = { ...deps.sessions, openSession };
    await expect(signInByPasskey({ ...deps, sessions }, ANYONE, input)).rejects.toMatchObject({
      name: "Unavailable",
      dependency: "account row",
    });
    expect(opened).toBe(2);
  });

  it.each(FAULTS)(
    "RAT-05 an outage is no wrong passkey, and opens one session at most: %s",
    async (kind) => {
      const broken = await atEveryCall(kind, async (faults) => {
        const { service, deps, user, key } = await withKey();
        const before = (await deps.accounts.listSessions(user.id)).length;
        const input = await answered(deps, key);
        const outcome = await outcomeOf(signInByPasskey(service.through(faults), ANYONE, input));
        faults.end();
        const opened = (await deps.accounts.listSessions(user.id)).length - before;
        expect(opened).toBeLessThanOrEqual(1);
        if (outcome !== "unavailable") expect([outcome.ok, opened]).toEqual([true, 1]);
        const types = deps.accounts.events.map(({ type }) => type);
        expect(types).not.toContain("factor.failed");
        expect(await signIn(deps, key)).toBe("signed_in");
      });
      const calls = ["findById", "reserveProof", "takeChallenge", "prepare", "openSession", "sign"];
      expect(broken).toEqual(calls);
    },
  );
});

describe("where the secret is gone that a handle was made under", () => {
  async function outlived() {
    const service = memoryService();
    const under = rotating(service);
    const { user, owner, proven } = await factorOwner(service);
    const key = await enrolKey(under(1), owner);
    return { deps: under(2), under, user, proven, key };
  }

  it("each of its owner's passkeys signs in", async () => {
    const { deps, proven, key } = await outlived();
    const further = await enrolKey(deps, proven);
    for (const one of [key, further]) expect(await signIn(deps, one)).toBe("signed_in");
  });

  /** A handle of the same user, under a secret of which nobody can tell any more. */
  const forged = (handle: string) =>
    Buffer.from(handle, "base64url").fill(7, 18).toString("base64url");

  it.each<[string, (key: PlainAuthenticator) => Partial<PlainAuthenticator>]>([
    ["a handle that was never given out", (key) => ({ userHandle: forged(key.userHandle) })],
    ["a passkey that the account does not have", () => ({ id: someId() })],
  ])("%s keeps its owner out of nothing", async (_, lie) => {
    const { deps, key } = await outlived();
    for (let i = 0; i <= FREE_FACTOR_TRIES; i++) {
      expect(await signIn(deps, { ...key, ...lie(key) })).toBe("invalid_passkey");
    }
    expect(await signIn(deps, key)).toBe("signed_in");
  });

  it("one of nobody reaches no object", async () => {
    const { deps, under, key } = await outlived();
    const asked: UserId[] = [];
    const listFactors: typeof deps.factors.listFactors = async (id) => {
      asked.push(id);
      return deps.factors.listFactors(id);
    };
    const userHandle = under(1).userHandles.format(someUserId());
    const watched = { ...deps, factors: { ...deps.factors, listFactors } };
    expect(await signIn(watched, { ...key, userHandle })).toBe("invalid_passkey");
    expect(asked).toEqual([]);
  });
});
