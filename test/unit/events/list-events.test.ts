import { beforeEach, describe, expect, it } from "vitest";
import { NO_REQUEST } from "../../../src/domain/access/actor.ts";
import type { Event } from "../../../src/domain/events/event.ts";
import { listEvents } from "../../../src/use-cases/events/list-events.ts";
import { listOwnEvents } from "../../../src/use-cases/events/list-own-events.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { EVERYTHING, someEvent } from "../../support/event-samples.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";
import { someActor, somePerson, someUserId } from "../../support/samples.ts";

const context = { ip: "192.0.2.1", userAgent: "a browser", requestId: "req" };

describe("listing events", () => {
  let audit: ReturnType<typeof memoryAuditTrail>;
  beforeEach(() => {
    audit = memoryAuditTrail();
  });

  it("a page says where it ended when another follows, and else that it is the last", async () => {
    const events = [1, 2, 3].map((occurredAt) => someEvent({ occurredAt }));
    await audit.store(events);
    const [first, second, third] = [...events].reverse();
    const page = (after: Event | null, limit: number) =>
      listEvents({ audit }, someActor(), { ...EVERYTHING, after, limit });
    expect((await page(null, 2)).value).toEqual({ events: [first, second], last: second });
    expect((await page(second ?? null, 2)).value).toEqual({ events: [third], last: null });
    expect((await page(null, 3)).value.last).toBeNull();
    await audit.store([someEvent({ occurredAt: 0 })]);
    expect((await page(null, 3)).value.last).toEqual(third);
  });

  it("one's own are those that concern one's account, whoever did them, and no others", async () => {
    const me = somePerson(someUserId());
    const mine = someEvent({ subject: { kind: "user", id: me.userId } });
    const byMe = someEvent({ actor: { kind: "user", id: me.id } });
    await audit.store([mine, byMe, someEvent()]);
    const { value } = await listOwnEvents({ audit }, me, EVERYTHING);
    expect(value.events.map(({ id }) => id)).toEqual([mine.id]);
  });

  it("shows where one was oneself, and whoever did not say who it was, and of others nothing", async () => {
    const me = somePerson(someUserId());
    const actors: Event["actor"][] = [
      { kind: "user", id: me.id },
      { kind: "anyone", id: "anyone" },
      { kind: "user", id: someUserId() },
      { kind: "service", id: "svc_x" },
      { kind: "worker", id: "billing" },
    ];
    await audit.store(
      actors.map((actor, at) =>
        someEvent({ actor, context, occurredAt: -at, subject: { kind: "user", id: me.userId } }),
      ),
    );
    const { value } = await listOwnEvents({ audit }, me, EVERYTHING);
    const shown = value.events.map((event) => event.context);
    expect(shown).toEqual([context, context, NO_REQUEST, NO_REQUEST, NO_REQUEST]);
    expect(value.events.map(({ actor }) => actor)).toEqual(actors);
  });

  it("an outage of the trail is one of the list", async () => {
    const away = {
      list: async () => {
        throw new Unavailable("d1");
      },
    };
    await expect(listEvents({ audit: away }, someActor(), EVERYTHING)).rejects.toThrow(Unavailable);
  });
});
