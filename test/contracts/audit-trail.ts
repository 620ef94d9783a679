import { beforeEach, describe, expect, it } from "vitest";
import { EVENT_TYPES, type Event } from "../../src/domain/events/event.ts";
import { serviceAccountIdOf } from "../../src/domain/ids.ts";
import type { AuditTrail, EventQuery } from "../../src/use-cases/events/ports.ts";
import { EVERYTHING, someEvent } from "../support/event-samples.ts";
import { someId, someUserId } from "../support/samples.ts";

/** @param make gives an empty trail */
export function auditTrailContract(make: () => Promise<AuditTrail>): void {
  describe("AuditTrail", () => {
    let trail: AuditTrail;

    beforeEach(async () => {
      trail = await make();
    });

    const idsOf = (events: readonly Event[]) => events.map(({ id }) => id);
    const listed = async (query: Partial<EventQuery> = {}) =>
      idsOf(await trail.list({ ...EVERYTHING, ...query }));
    const oldestFirst = async () => (await listed()).reverse();

    /** Five in order, the second and the third at one moment. */
    const five = () => {
      const times = [1, 2, 2, 3, 4];
      const events = times.map((occurredAt) => someEvent({ occurredAt }));
      const place = ({ occurredAt, id }: Event) => `${occurredAt} ${id}`;
      return events.sort((a, b) => (place(a) < place(b) ? -1 : 1));
    };

    it("gives back every event as it was stored, of every type and on every kind of subject", async () => {
      const subjects: Event["subject"][] = [
        { kind: "user", id: someUserId() },
        { kind: "service_account", id: serviceAccountIdOf(someId()) },
        { kind: "role", id: "editor" },
        { kind: "key", id: someId() },
      ];
      const events = EVENT_TYPES.map((type, at) =>
        someEvent({
          type,
          occurredAt: at,
          subject: subjects[at % subjects.length] ?? { kind: "role", id: "editor" },
          seq: at % 2 === 0 ? at + 1 : null,
          outcome: at % 3 === 0 ? "failure" : "success",
          reason: at % 5 === 0 ? "because" : null,
          context: { ip: "192.0.2.1", userAgent: `"quoted" 🐢 '`, requestId: null },
          data: { text: "it's", count: at, flag: true, list: ["a", "b"] },
        }),
      );
      await trail.store(events);
      expect((await trail.list(EVERYTHING)).reverse()).toEqual(events);
    });

    it("an event stored twice, beside others or alone, is there once and as it was first", async () => {
      const [one, two] = [someEvent({ occurredAt: 1 }), someEvent({ occurredAt: 2 })];
      await trail.store([one, one]);
      await trail.store([{ ...one, reason: "another" }, two]);
      expect(await trail.list(EVERYTHING)).toEqual([two, one]);
    });

    it("nothing is stored of nothing", async () => {
      await trail.store([]);
      expect(await listed()).toEqual([]);
    });

    it("lists the newest first, and of one moment in one order, page by page without loss or repeat", async () => {
      const events = five();
      await trail.store([...events].reverse());
      const pages: string[] = [];
      for (let after: Event | null = null, page: Event[] = []; ; after = page.at(-1) ?? null) {
        page = await trail.list({ ...EVERYTHING, after, limit: 2 });
        if (page.length === 0) break;
        pages.push(...idsOf(page));
        // What comes in meanwhile is newer than what is left.
        await trail.store([someEvent({ occurredAt: 100 })]);
      }
      expect(pages).toEqual(idsOf(events).reverse());
    });

    it("finds by subject, by actor and by both", async () => {
      const id = someUserId();
      const on = someEvent({ subject: { kind: "user", id } });
      const by = someEvent({ actor: { kind: "user", id } });
      const both = someEvent({ subject: { kind: "user", id }, actor: { kind: "user", id } });
      await trail.store([on, by, both, someEvent()]);
      expect((await listed({ subject: id })).sort()).toEqual(idsOf([on, both]).sort());
      expect((await listed({ actor: id })).sort()).toEqual(idsOf([by, both]).sort());
      expect(await listed({ actor: id, subject: id })).toEqual([both.id]);
    });

    it("finds a type, and the branch above it, and no other that begins alike", async () => {
      const types = ["user.created", "user.role.assigned", "user.role.removed", "role.created"];
      await trail.store(
        EVENT_TYPES.filter((type) => types.includes(type)).map((type) => someEvent({ type })),
      );
      const typed = async (type: string) =>
        (await trail.list({ ...EVERYTHING, type })).map((event) => event.type).sort();
      expect(await typed("user.role")).toEqual(["user.role.assigned", "user.role.removed"]);
      expect(await typed("user")).toEqual(types.slice(0, 3));
      expect(await typed("role")).toEqual(["role.created"]);
      expect(await typed("user.created")).toEqual(["user.created"]);
      expect(await typed("use")).toEqual([]);
    });

    it("finds from a moment on, and until another, which is not within", async () => {
      const events = five();
      await trail.store(events);
      expect(await listed({ since: 3 })).toEqual(idsOf(events.slice(3)).reverse());
      expect(await listed({ until: 3 })).toEqual(idsOf(events.slice(0, 3)).reverse());
      expect(await listed({ since: 2, until: 3 })).toEqual(idsOf(events.slice(1, 3)).reverse());
      expect(await listed({ since: 3, until: 3 })).toEqual([]);
    });

    it("removes the oldest before a moment, no more than asked, and says how many", async () => {
      const events = five();
      await trail.store(events);
      expect(await trail.removeBefore(1, 10)).toBe(0);
      expect(await trail.removeBefore(3, 1)).toBe(1);
      expect(await oldestFirst()).toEqual(idsOf(events.slice(1)));
      expect(await trail.removeBefore(3, 10)).toBe(2);
      expect(await trail.removeBefore(3, 10)).toBe(0);
      expect(await oldestFirst()).toEqual(idsOf(events.slice(3)));
    });
  });
}
