import { describe, expect, it } from "vitest";
import {
  type Actor,
  ANYONE,
  atAal2,
  isPerson,
  may,
  mayDoEverything,
  type Person,
  SYSTEM,
  waitsForAal2,
} from "../../../src/domain/access/actor.ts";
import { judgeCall } from "../../../src/domain/access/may-call-route.ts";
import { OWN_PERMISSIONS } from "../../../src/domain/access/permission.ts";
import { someActor, someSessionId, someUserId } from "../../support/samples.ts";

const userId = someUserId();
const person: Person = {
  kind: "user",
  id: userId,
  userId,
  sessionId: someSessionId(),
  roles: ["user"],
  proved: { amr: ["pwd"], acr: "aal1", authTime: 0 },
  accountAcr: "aal1",
  permissionsAtAal2: [],
  permissions: [],
};
const program: Actor = { kind: "service", id: "svc_x", roles: [], permissions: ["users:read"] };

describe("whoever acts", () => {
  it("is a person only in a session of theirs", () => {
    const { sessionId: _, ...elsewhere } = person;
    const others = [program, elsewhere, ANYONE, SYSTEM];
    expect([person, ...others].filter(isPerson)).toEqual([person]);
  });

  it("may do what they hold, by a wildcard as well", () => {
    expect(may(someActor("users:read"), "users:read")).toBe(true);
    expect(may(someActor("users:*"), "users:write")).toBe(true);
    expect(may(someActor("roles:*"), "users:write")).toBe(false);
  });

  it("waits for a second factor only as a person who would hold more with it", () => {
    const waiting: Person = { ...person, permissionsAtAal2: ["users:read"] };
    expect(waitsForAal2(waiting)).toBe(true);
    expect(waitsForAal2(person)).toBe(false);
    expect(waitsForAal2(program)).toBe(false);
    expect(atAal2(program)).toBeNull();
  });

  it("may do everything by the star alone", () => {
    expect(mayDoEverything(someActor("*"))).toBe(true);
    expect(mayDoEverything(someActor(...OWN_PERMISSIONS))).toBe(false);
  });

  it("holds nothing before it is known, nor where nobody acts, and is told by these names", () => {
    const nothing = { roles: [], permissions: [] };
    expect(ANYONE).toEqual({ kind: "anyone", id: "anyone", ...nothing });
    expect(SYSTEM).toEqual({ kind: "system", id: "auth-service", ...nothing });
  });
});

describe("who may call a route", () => {
  it("is everybody who is known, where no more is asked", () => {
    for (const actor of [person, program]) {
      expect(judgeCall(actor, "caller")).toBe("allowed");
      expect(judgeCall(actor, "public")).toBe("allowed");
    }
  });

  it("is a person, where it is about their own account", () => {
    expect(judgeCall(person, "self")).toBe("allowed");
    expect(judgeCall(program, "self")).toBe("forbidden");
  });

  it("is whoever showed a second factor, where a role that grants it asks for one", () => {
    const waiting = { ...person, permissionsAtAal2: ["users:*"] };
    expect(judgeCall(waiting, { permission: "users:read" })).toBe("needs_aal2");
    expect(judgeCall(waiting, { permission: "users:read", and: "users:write" })).toBe("needs_aal2");
    expect(judgeCall(waiting, { permission: "users:read", and: "roles:read" })).toBe("forbidden");
    const shown = { ...waiting, permissions: ["users:*"] };
    expect(judgeCall(shown, { permission: "users:read" })).toBe("allowed");
  });

  it("is whoever holds the permission", () => {
    expect(judgeCall(program, { permission: "users:read" })).toBe("allowed");
    expect(judgeCall(program, { permission: "users:write" })).toBe("forbidden");
    expect(judgeCall(person, { permission: "users:read" })).toBe("forbidden");
  });

  it("is whoever holds both permissions, where it takes two", () => {
    const both = { permission: "users:read", and: "users:export" } as const;
    expect(judgeCall(someActor("users:read", "users:export"), both)).toBe("allowed");
    expect(judgeCall(someActor("users:*"), both)).toBe("allowed");
    expect(judgeCall(someActor("users:read"), both)).toBe("forbidden");
    expect(judgeCall(someActor("users:export"), both)).toBe("forbidden");
  });
});
