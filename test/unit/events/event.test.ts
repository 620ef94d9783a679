import { describe, expect, it } from "vitest";
import { type Actor, ANYONE, SYSTEM } from "../../../src/domain/access/actor.ts";
import { causeOf, EVENT_TYPES, eventOf, parseEventId } from "../../../src/domain/events/event.ts";
import { onlyEventId } from "../../../src/domain/events/event-id.ts";
import { userIdOf } from "../../../src/domain/ids.ts";
import { someEventId, someUserId } from "../../support/samples.ts";

describe("an event", () => {
  const from = { ip: "192.0.2.1", userAgent: "a browser", requestId: "req" };
  const nowhere = { ip: null, userAgent: null, requestId: null };

  it("says who did it and from where, and nothing else of them", () => {
    const actor: Actor = {
      kind: "user",
      id: "usr_x",
      roles: ["admin"],
      permissions: ["*"],
      from: { ...from, ...{ cookie: "secret" } },
    };
    expect(causeOf(actor)).toEqual({ actor: { kind: "user", id: "usr_x" }, context: from });
  });

  it("comes from nowhere where no request came", () => {
    expect(causeOf(SYSTEM)).toEqual({
      actor: { kind: "system", id: "auth-service" },
      context: nowhere,
    });
    expect(causeOf(ANYONE).actor).toEqual({ kind: "anyone", id: "anyone" });
  });

  it("is a success without a reason and data unless it says so", () => {
    const id = someUserId();
    const cause = causeOf(SYSTEM);
    const subject = { kind: "user", id } as const;
    expect(eventOf("evt", 7, cause, subject, { type: "user.deleted" })).toEqual({
      ...cause,
      id: "evt",
      type: "user.deleted",
      occurredAt: 7,
      subject,
      outcome: "success",
      reason: null,
      data: {},
    });
    const what = {
      type: "sign_in.failed",
      outcome: "failure",
      reason: "r",
      data: { n: 1 },
    } as const;
    expect(eventOf("evt", 7, cause, subject, what)).toMatchObject(what);
  });

  it("has a type in a dotted tree, each once and in order", () => {
    expect([...new Set(EVENT_TYPES)].sort()).toEqual([...EVENT_TYPES]);
    for (const type of EVENT_TYPES) expect(type).toMatch(/^[a-z_]+(\.[a-z_]+)+$/);
  });

  it("has an id in one spelling", () => {
    const id = someEventId();
    expect(parseEventId(id)).toEqual({ ok: true, value: id });
    const others = [
      `${id}A`,
      id.slice(0, -1),
      id.replace("evt_", "usr_"),
      `${id}\n`,
      `x${id}`,
      "",
      null,
      7,
    ];
    for (const other of [...others, `${id.slice(0, -1)}B`]) {
      expect(parseEventId(other)).toEqual({ ok: false, error: "invalid_event_id" });
    }
  });
});

it("the events that an account has once have ids of their own, which are ids of events", () => {
  const id = someUserId();
  const ids = (["user.deleted", "user.imported"] as const).map((type) => onlyEventId(type, id));
  expect(new Set(ids).size).toBe(2);
  for (const one of ids) expect(parseEventId(one)).toEqual({ ok: true, value: one });
  // As events that wait from before have them.
  const known = userIdOf("abcdefghijklmnopqrstuA");
  expect(onlyEventId("user.deleted", known)).toBe("evt_abcdefghijklmnopqrstuA");
  expect(onlyEventId("user.imported", known)).toBe("evt_bcdefghijklmnopqrstuaA");
});
