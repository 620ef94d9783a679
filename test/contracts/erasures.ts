import fc from "fast-check";
import { expect, it } from "vitest";
import { NO_REQUEST } from "../../src/domain/access/actor.ts";
import { contextOwner, type Event } from "../../src/domain/events/event.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { AuditTrail, Erasures } from "../../src/use-cases/events/ports.ts";
import { someAct, someDeletion } from "../support/event-samples.ts";
import { someUserId } from "../support/samples.ts";

type Harness = { readonly audit: AuditTrail; readonly erasures: Erasures };

const PEOPLE = [someUserId(), someUserId(), someUserId()] as const;
const LIMIT = 1_000;

/** @param make gives a trail without events */
export function erasuresContract(make: () => Promise<Harness>): void {
  const about = async ({ audit }: Harness, id: UserId): Promise<Event[]> =>
    audit.listAbout(id, null, LIMIT);
  const withContext = async (trail: Harness, id: UserId): Promise<number> =>
    (await about(trail, id)).filter(({ context }) => context.ip !== null).length;

  it("erases the context of whoever is gone, and nobody else's", async () => {
    const kind = fc.constantFrom("user", "anyone", "system" as const);
    const person = fc.constantFrom(...PEOPLE);
    const act = fc.record({ kind, actor: person, subject: person });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), fc.nat(12), async (acts, cut) => {
        const [gone] = PEOPLE;
        const trail = await make();
        const events = acts.map(({ kind, actor, subject }) =>
          someAct(subject, { actor: { kind, id: kind === "user" ? actor : kind } }),
        );
        // Some before the deletion, some late.
        await trail.audit.store(events.slice(0, cut));
        await trail.audit.store([someDeletion(gone)]);
        await trail.erasures.erase([gone], LIMIT);
        await trail.audit.store(events.slice(cut));
        const stored = new Map<string, Event>();
        for (const id of PEOPLE) for (const one of await about(trail, id)) stored.set(one.id, one);
        for (const event of events) {
          const isTheirs = contextOwner(event) === gone;
          const expected = isTheirs ? { ...event, context: NO_REQUEST } : event;
          expect(stored.get(event.id)).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("goes step by step, and is done when nothing is left", async () => {
    const trail = await make();
    const { audit, erasures } = trail;
    const [id] = PEOPLE;
    await audit.store([1, 2, 3, 4, 5].map(() => someAct(id)));
    await audit.store([someDeletion(id)]);
    expect(await erasures.unfinished(LIMIT)).toEqual([id]);
    expect(await erasures.erase([id], 2)).toBe(2);
    expect(await withContext(trail, id)).toBe(3);
    expect(await erasures.unfinished(LIMIT)).toEqual([id]);
    expect(await erasures.erase([id], 2)).toBe(2);
    expect(await erasures.erase([id], 2)).toBe(1);
    expect(await erasures.unfinished(LIMIT)).toEqual([]);
    expect(await erasures.erase([id], 2)).toBe(0);
    expect(await about(trail, id)).toHaveLength(6);
  });

  it("the longest deleted come first, some at a time", async () => {
    const { audit, erasures } = await make();
    const [a, b, c] = PEOPLE;
    await audit.store([someDeletion(a, 3_000), someDeletion(b, 1_000), someDeletion(c, 2_000)]);
    expect(await erasures.unfinished(2)).toEqual([b, c]);
  });

  it("a deletion that is told again changes nothing", async () => {
    const trail = await make();
    const { audit, erasures } = trail;
    const [id] = PEOPLE;
    const deletion = someDeletion(id);
    await audit.store([someAct(id), deletion]);
    await erasures.erase([id], LIMIT);
    const before = await about(trail, id);
    await audit.store([deletion]);
    await audit.store([someDeletion(id, deletion.occurredAt + 60_000)]);
    expect(await erasures.unfinished(LIMIT)).toEqual([]);
    expect((await about(trail, id)).slice(1)).toEqual(before);
  });

  it("forgets who is done and was deleted before, and nobody else", async () => {
    const trail = await make();
    const { audit, erasures } = trail;
    const [old, recent, undone] = PEOPLE;
    await audit.store([someDeletion(old, 1_000), someDeletion(recent, 2_000)]);
    await erasures.erase([old, recent], LIMIT);
    await audit.store([someAct(undone)]);
    await audit.store([someDeletion(undone, 1_000)]);
    await erasures.forget(2_000, LIMIT);
    await audit.store([someAct(old), someAct(recent), someAct(undone)]);
    expect(await withContext(trail, old)).toBe(1);
    expect(await withContext(trail, recent)).toBe(0);
    expect(await withContext(trail, undone)).toBe(1);
  });

  it("lists what somebody did and what was done to them once each, the newest first", async () => {
    const { audit } = await make();
    const [id, other] = PEOPLE;
    const by = { kind: "user", id } as const;
    const own = someAct(id, { actor: by, occurredAt: 1_000 });
    const done = someAct(other, { actor: by, occurredAt: 3_000 });
    const suffered = someAct(id, { actor: { kind: "user", id: other }, occurredAt: 2_000 });
    await audit.store([own, done, suffered, someAct(other)]);
    expect(await audit.listAbout(id, null, LIMIT)).toEqual([done, suffered, own]);
    expect(await audit.listAbout(id, null, 1)).toEqual([done]);
    expect(await audit.listAbout(id, done, 1)).toEqual([suffered]);
    expect(await audit.listAbout(id, suffered, LIMIT)).toEqual([own]);
  });
}
