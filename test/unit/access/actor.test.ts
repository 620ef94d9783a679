import { describe, expect, it } from "vitest";
import {
  type Actor,
  ANYONE,
  isPerson,
  may,
  mayDoEverything,
  type Person,
  SYSTEM,
} from "../../../src/domain/access/actor.ts";
import { mayCallRoute } from "../../../src/domain/access/may-call-route.ts";
import { OWN_PERMISSIONS } from "../../../src/domain/access/permission.ts";
import { someActor, someSessionId, someUserId } from "../../support/samples.ts";

const userId = someUserId();
const person: Person = {
  kind: "user",
  id: userId,
  userId,
  sessionId: someSessionId(),
  roles: ["user"],
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
      expect(mayCallRoute(actor, "caller")).toBe(true);
      expect(mayCallRoute(actor, "public")).toBe(true);
    }
  });

  it("is a person, where it is about their own account", () => {
    expect(mayCallRoute(person, "self")).toBe(true);
    expect(mayCallRoute(program, "self")).toBe(false);
  });

  it("is whoever holds the permission", () => {
    expect(mayCallRoute(program, { permission: "users:read" })).toBe(true);
    expect(mayCallRoute(program, { permission: "users:write" })).toBe(false);
    expect(mayCallRoute(person, { permission: "users:read" })).toBe(false);
  });

  it("is whoever holds both permissions, where it takes two", () => {
    const both = { permission: "users:read", and: "users:export" } as const;
    expect(mayCallRoute(someActor("users:read", "users:export"), both)).toBe(true);
    expect(mayCallRoute(someActor("users:*"), both)).toBe(true);
    expect(mayCallRoute(someActor("users:read"), both)).toBe(false);
    expect(mayCallRoute(someActor("users:export"), both)).toBe(false);
  });
});
