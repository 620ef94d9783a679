import { describe, expect, it } from "vitest";
import { roleCatalogue } from "../../../src/core/memory/role-catalogue.ts";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { BUILT_IN_CATALOGUE } from "../../../src/domain/access/role.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { memoryService } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf, type PortFaults } from "../../support/port-faults.ts";
import { ACCOUNT_POLICY, CAUSE, someEdit } from "../../support/samples.ts";

const { replayWindow } = ACCOUNT_POLICY.refresh;

const EDITOR = { name: "editor", description: "", permissions: ["pages:write"] };

/** A user who is signed in, and what is true of their session whatever broke at a refresh. */
async function signedIn(roles: readonly string[] = []) {
  const service = memoryService();
  await service.deps.roles.create(EDITOR, someEdit());
  const user = await service.register({ roles });
  const { refreshToken: presented } = await service.signIn(user.email);

  const refreshThrough = async (faults: PortFaults) => {
    const outcome = await outcomeOf(rotateRefreshToken(service.through(faults), ANYONE, presented));
    faults.end();
    expect(outcome === "unavailable" || outcome.ok).toBe(true);
    if (faults.struck !== null) expect(outcome).toBe("unavailable");
  };
  const expectStillGood = async () => {
    const again = await rotateRefreshToken(service.deps, ANYONE, presented);
    if (!again.ok) throw new Error("the token presented no longer works");
    expect((await rotateRefreshToken(service.deps, ANYONE, again.value.refreshToken)).ok).toBe(
      true,
    );
    expect(await service.deps.accounts.listSessions(user.id)).toHaveLength(1);
    expect(service.notices).toEqual([]);
  };
  return { service, user, presented, refreshThrough, expectStillGood };
}

describe.each(FAULTS)("REF-07 refresh, %s", (kind) => {
  it("whatever call breaks, the token presented works on and nothing is revoked", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { refreshThrough, expectStillGood } = await signedIn();
      await refreshThrough(faults);
      await expectStillGood();
    });
    expect(broken).toEqual(["prepare", "refresh", "sign"]);
  });

  it("the same for a user with an editable role, whose permissions D1 must tell", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { refreshThrough, expectStillGood } = await signedIn(["editor"]);
      await refreshThrough(faults);
      await expectStillGood();
    });
    expect(broken).toEqual(["prepare", "refresh", "named", "refresh", "sign"]);
  });

  it("the same when the object must ask D1 about its user first", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { service, refreshThrough, expectStillGood } = await signedIn();
      service.advance(ACCOUNT_POLICY.authorityMaxAge);
      await refreshThrough(faults);
      await expectStillGood();
    });
    expect(broken).toEqual(["prepare", "refresh", "read", "sign"]);
  });
});

describe("refresh while the roles cannot be read", () => {
  const withoutRoles = (service: Awaited<ReturnType<typeof signedIn>>["service"]) => ({
    ...service.deps,
    catalogue: {
      ...service.deps.catalogue,
      atHand: () => new Map(BUILT_IN_CATALOGUE),
      named: () => Promise.reject(new Unavailable("d1")),
    },
  });

  it("goes on for a user with built-in roles alone", async () => {
    const { service, presented } = await signedIn(["admin"]);
    const refreshed = await rotateRefreshToken(withoutRoles(service), ANYONE, presented);
    expect(refreshed.ok && JSON.parse(refreshed.value.accessToken)).toMatchObject({
      roles: ["admin", "user"],
      permissions: ["*"],
    });
  });

  it("REF-07 consumes nothing of a user with an editable role", async () => {
    const { service, presented } = await signedIn(["editor"]);
    expect(await outcomeOf(rotateRefreshToken(withoutRoles(service), ANYONE, presented))).toBe(
      "unavailable",
    );
    // Had the token been consumed, it would be reuse by now.
    service.advance(replayWindow);
    const refreshed = await rotateRefreshToken(service.deps, ANYONE, presented);
    expect(refreshed.ok && JSON.parse(refreshed.value.accessToken).permissions).toEqual([
      "pages:write",
    ]);
    expect(service.notices).toEqual([]);
  });
});

describe("refresh for a user with an editable role", () => {
  const permissionsIn = (answer: Awaited<ReturnType<typeof rotateRefreshToken>>) =>
    answer.ok && JSON.parse(answer.value.accessToken).permissions;

  it("reads that role alone, once a minute, and then makes one call", async () => {
    const { service, presented } = await signedIn(["editor"]);
    const read: (readonly string[])[] = [];
    let calls = 0;
    const { roles, sessions, clock } = service.deps;
    const named: typeof roles.named = (names) => {
      read.push(names);
      return roles.named(names);
    };
    const refresh: typeof sessions.refresh = (...args) => {
      calls += 1;
      return sessions.refresh(...args);
    };
    const catalogue = roleCatalogue({ ...roles, named }, clock);
    const deps = { ...service.deps, sessions: { ...sessions, refresh }, catalogue };
    const first = await rotateRefreshToken(deps, ANYONE, presented);
    expect([read, calls]).toEqual([[["editor"]], 2]);
    expect(permissionsIn(first)).toEqual(["pages:write"]);
    if (!first.ok) throw new Error(first.error);
    expect(permissionsIn(await rotateRefreshToken(deps, ANYONE, first.value.refreshToken))).toEqual(
      ["pages:write"],
    );
    expect([read, calls]).toEqual([[["editor"]], 3]);
  });

  it("asks again when the user was given another role meanwhile", async () => {
    const { service, user, presented } = await signedIn(["editor"]);
    const { roles, accounts } = service.deps;
    const named: typeof roles.named = async (names) => {
      const change = { kind: "assign_role", role: "reviewer" } as const;
      await roles.create(
        { name: "reviewer", description: "", permissions: ["pages:review"] },
        someEdit(),
      );
      await accounts.change(user.id, { changeId: "once", change, ifVersion: null, cause: CAUSE });
      return roles.named(names);
    };
    const catalogue = roleCatalogue({ ...roles, named }, service.deps.clock);
    const refreshed = await rotateRefreshToken({ ...service.deps, catalogue }, ANYONE, presented);
    expect(permissionsIn(refreshed)).toEqual(["pages:review", "pages:write"]);
  });

  it("reads every role for an object that runs older code and names none", async () => {
    const { service, presented } = await signedIn(["editor"]);
    const { sessions } = service.deps;
    const refresh: typeof sessions.refresh = async (...args) => {
      const answer = await sessions.refresh(...args);
      return answer.kind === "roles_wanted" ? { kind: "roles_wanted" } : answer;
    };
    const deps = { ...service.deps, sessions: { ...sessions, refresh } };
    expect(permissionsIn(await rotateRefreshToken(deps, ANYONE, presented))).toEqual([
      "pages:write",
    ]);
  });
});
