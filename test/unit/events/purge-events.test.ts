import { beforeEach, describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { buryMessage, NOT_DELIVERED } from "../../../src/use-cases/events/bury-message.ts";
import { purgeEvents } from "../../../src/use-cases/events/purge-events.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { someEvent, someMessage } from "../../support/event-samples.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";
import { memoryDeadLetters } from "../../support/fakes/dead-letters.ts";
import { DAY } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 1);
const clock = () => NOW;
/** Nobody was erased. */
const NOBODY = memoryAuditTrail();

let deadLetters: ReturnType<typeof memoryDeadLetters>;
beforeEach(() => {
  deadLetters = memoryDeadLetters();
});

describe("removing old events", () => {
  it("removes those that are older than they are kept, and not the one that is as old", async () => {
    const audit = memoryAuditTrail();
    const ages = [0, 90 * DAY, 90 * DAY + 1, 91 * DAY];
    await audit.store(ages.map((age) => someEvent({ occurredAt: NOW - age })));
    const deps = { audit, erasures: audit, deadLetters, clock, auditRetention: 90 * DAY };
    expect(await purgeEvents(deps, SYSTEM)).toEqual({ ok: true, value: 2 });
    expect(audit.stored().map(({ occurredAt }) => NOW - occurredAt)).toEqual([0, 90 * DAY]);
  });

  it("removes dead letters as old, and the mail of those that died a day ago", async () => {
    const mail = { purpose: "email_changed", to: "canary@example.com" };
    for (const age of [0, DAY, DAY + 1, 90 * DAY, 90 * DAY + 1]) {
      await deadLetters.keep(`${age / DAY}`, { ...someMessage(), mail }, NOT_DELIVERED, NOW - age);
    }
    const deps = { audit: NOBODY, erasures: NOBODY, deadLetters, clock, auditRetention: 90 * DAY };
    await purgeEvents(deps, SYSTEM);
    const left = deadLetters.all();
    expect(left.map(({ diedAt }) => NOW - diedAt)).toEqual([0, DAY, DAY + 1, 90 * DAY]);
    const withMail = left.filter(({ message }) => JSON.stringify(message).includes("canary"));
    expect(withMail.map(({ diedAt }) => NOW - diedAt)).toEqual([0, DAY]);
  });

  it("works in batches of 500, and leaves what is beyond twenty of them to the next run", async () => {
    let left = 10_700;
    const limits: number[] = [];
    const audit = {
      async removeBefore(_: number, limit: number) {
        limits.push(limit);
        const removed = Math.min(left, limit);
        left -= removed;
        return removed;
      },
    };
    const deps = { audit, erasures: NOBODY, deadLetters, clock, auditRetention: DAY };
    expect(await purgeEvents(deps, SYSTEM)).toEqual({ ok: true, value: 10_000 });
    expect(limits).toEqual(Array.from({ length: 20 }, () => 500));
    expect(await purgeEvents(deps, SYSTEM)).toEqual({ ok: true, value: 700 });
    expect(limits).toHaveLength(22);
  });

  it("an outage half way loses nothing: the next run goes on", async () => {
    let calls = 0;
    const audit = {
      async removeBefore() {
        if (++calls === 2) throw new Unavailable("d1");
        return calls === 1 ? 500 : 0;
      },
    };
    const deps = { audit, erasures: NOBODY, deadLetters, clock, auditRetention: DAY };
    await expect(purgeEvents(deps, SYSTEM)).rejects.toThrow(Unavailable);
    expect(await purgeEvents(deps, SYSTEM)).toEqual({ ok: true, value: 0 });
  });
});

describe("burying a message", () => {
  it("keeps it whole, with the reason and the time", async () => {
    await buryMessage({ deadLetters, clock }, SYSTEM, "evt", { any: "thing" }, NOT_DELIVERED);
    expect(deadLetters.all()).toEqual([
      { id: "evt", message: { any: "thing" }, reason: NOT_DELIVERED, diedAt: NOW },
    ]);
  });
});
