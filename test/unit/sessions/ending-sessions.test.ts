import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { endOwnSession } from "../../../src/use-cases/sessions/end-own-session.ts";
import type { LogoutScope } from "../../../src/use-cases/sessions/end-sessions.ts";
import { endUserSessions } from "../../../src/use-cases/sessions/end-user-sessions.ts";
import { listOwnSessions } from "../../../src/use-cases/sessions/list-own-sessions.ts";
import { listUserSessions } from "../../../src/use-cases/sessions/list-user-sessions.ts";
import { logout } from "../../../src/use-cases/sessions/logout.ts";
import type { Sessions } from "../../../src/use-cases/sessions/ports.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { someActor, somePerson, someSessionId, someUserId } from "../../support/samples.ts";

/** A user with two sessions, and how many of them are left. */
async function signedIn() {
  const service = memoryService();
  const user = await service.register();
  const [own, other] = [await service.signIn(user.email), await service.signIn(user.email)];
  const caller = somePerson(user.id, own.sessionId);
  const left = async () => {
    const sessions = unwrapped(await listUserSessions(service.deps, someActor(), user.id));
    return sessions.map(({ id }) => id);
  };
  return { service, user, own, other, caller, left };
}

describe("signing out", () => {
  it.each<[LogoutScope, (ids: { own: string; other: string }) => string[]]>([
    ["local", ({ other }) => [other]],
    ["others", ({ own }) => [own]],
    ["global", () => []],
  ])("with scope %s ends what it says, by either token", async (scope, kept) => {
    const byAccessToken = await signedIn();
    const { own, other, caller, left, service } = byAccessToken;
    unwrapped(await logout(service.deps, caller, null, scope));
    expect(await left()).toEqual(kept({ own: own.sessionId, other: other.sessionId }));

    const by = await signedIn();
    unwrapped(await logout(by.service.deps, ANYONE, by.own.refreshToken, scope));
    const ids = { own: by.own.sessionId, other: by.other.sessionId };
    expect(await by.left()).toEqual(kept(ids));
  });

  it("by two tokens takes those of one session alone", async () => {
    const { service, own, other, caller, left } = await signedIn();
    const both = await logout(service.deps, caller, other.refreshToken, "local");
    expect(both).toEqual(refusedBy("sessions_differ"));
    expect(await left()).toHaveLength(2);
    unwrapped(await logout(service.deps, caller, own.refreshToken, "local"));
    expect(await left()).toEqual([other.sessionId]);
  });

  it("without a good token ends nothing, and says which was wrong", async () => {
    const { service, left } = await signedIn();
    expect(await logout(service.deps, ANYONE, null, "local")).toEqual(refusedBy("invalid_token"));
    expect(await logout(service.deps, ANYONE, "rt1.made-up", "local")).toEqual(
      refusedBy("invalid_refresh_token"),
    );
    expect(await left()).toHaveLength(2);
  });

  it("by a refresh token of long ago ends its own session, and no other", async () => {
    const { service, own, other, left } = await signedIn();
    const next = unwrapped(await rotateRefreshToken(service.deps, ANYONE, own.refreshToken));
    unwrapped(await rotateRefreshToken(service.deps, ANYONE, next.refreshToken));
    const all = await logout(service.deps, ANYONE, own.refreshToken, "global");
    expect(all).toEqual(refusedBy("invalid_refresh_token"));
    expect(await left()).toHaveLength(2);
    unwrapped(await logout(service.deps, ANYONE, own.refreshToken, "local"));
    expect(await left()).toEqual([other.sessionId]);
  });

  it("is told as its user's own act, also by refresh token", async () => {
    const { service, user, own } = await signedIn();
    await logout(service.deps, ANYONE, own.refreshToken, "local");
    expect(service.deps.accounts.events.at(-1)).toMatchObject({
      type: "session.revoked",
      actor: { kind: "user", id: user.id },
    });
  });
});

describe("one's own sessions", () => {
  it("are listed, with the one that asks", async () => {
    const { service, own, other, caller } = await signedIn();
    const listed = unwrapped(await listOwnSessions(service.deps, caller));
    expect(new Map(listed.map(({ id, isCurrent }) => [id, isCurrent]))).toEqual(
      new Map([
        [own.sessionId, true],
        [other.sessionId, false],
      ]),
    );
  });

  it("end by their id, once; somebody else's is not found", async () => {
    const { service, other, caller, left } = await signedIn();
    const end = (id = other.sessionId) => endOwnSession(service.deps, caller, id);
    expect(codeOf(await end())).toBe("done");
    expect(codeOf(await end())).toBe("not_found");
    const stranger = await service.register();
    const { sessionId } = await service.signIn(stranger.email);
    expect(codeOf(await end(sessionId))).toBe("not_found");
    expect(codeOf(await end(someSessionId()))).toBe("not_found");
    expect(await left()).toEqual([caller.sessionId]);
  });

  it("are ended, and said to be, where the object was asked again after a lost answer", async () => {
    const { service, other, caller, left } = await signedIn();
    const { sessions } = service.deps;
    const endSessions: Sessions["endSessions"] = async (...asked) => {
      await sessions.endSessions(...asked);
      return sessions.endSessions(...asked);
    };
    const deps = { sessions: { ...sessions, endSessions } };
    expect(codeOf(await endOwnSession(deps, caller, other.sessionId))).toBe("done");
    expect(await left()).toEqual([caller.sessionId]);
  });
});

describe("the sessions of an account", () => {
  it("are listed to others without one that asks", async () => {
    const { service, user } = await signedIn();
    const listed = unwrapped(await listUserSessions(service.deps, someActor(), user.id));
    expect(listed.map(({ isCurrent }) => isCurrent)).toEqual([false, false]);
  });

  it("all end, as the act of whoever ended them", async () => {
    const { service, user, left } = await signedIn();
    expect(codeOf(await endUserSessions(service.deps, someActor(), user.id))).toBe("done");
    expect(await left()).toEqual([]);
    expect(service.deps.accounts.events.at(-1)).toMatchObject({
      type: "session.revoked",
      actor: { kind: "operator", id: "somebody" },
      data: { scope: "all", ended: 2 },
    });
  });

  it("of nobody reach no object", async () => {
    const { users } = memoryService().deps;
    const asked: string[] = [];
    const sessions = new Proxy(memoryService().deps.sessions, {
      get(object, name) {
        asked.push(String(name));
        return Reflect.get(object, name);
      },
    });
    const id = someUserId();
    for (const act of [endUserSessions, listUserSessions]) {
      expect(codeOf(await act({ users, sessions }, someActor(), id))).toBe("not_found");
    }
    expect(asked).toEqual([]);
  });
});
