import { beforeEach, describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { Event } from "../../../src/domain/events/event.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import {
  type ConfirmEventsDeps,
  confirmEvents,
} from "../../../src/use-cases/events/confirm-events.ts";
import { finishErasures } from "../../../src/use-cases/events/finish-erasures.ts";
import { purgeEvents } from "../../../src/use-cases/events/purge-events.ts";
import { type StoreEventsDeps, storeEvents } from "../../../src/use-cases/events/store-events.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { someAct, someDeletion } from "../../support/event-samples.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";
import { memoryDeadLetters } from "../../support/fakes/dead-letters.ts";
import { DAY, someUserId } from "../../support/samples.ts";

const RECORD = { kind: "record" } as const;
/** As many as make an erasure go on after its message. */
const MANY = 25_000;

let trail: ReturnType<typeof memoryAuditTrail>;
let confirmed: string[];
let deps: StoreEventsDeps & ConfirmEventsDeps;
let id: UserId;

beforeEach(() => {
  trail = memoryAuditTrail();
  confirmed = [];
  id = someUserId();
  deps = {
    audit: trail,
    erasures: trail,
    deadLetters: memoryDeadLetters(),
    recordOutbox: {
      remove: async (ids) => void confirmed.push(...ids),
    },
    accounts: { confirmEvents: async () => undefined },
    throttle: { confirmEvents: async () => undefined },
    notify: () => undefined,
  };
});

/** As the queue's consumer does it, for events without mail. */
async function store(...events: readonly Event[]) {
  const messages = events.map((event) => ({ event, keeper: RECORD }));
  await storeEvents(deps, SYSTEM, messages);
  return confirmEvents(deps, SYSTEM, messages);
}

const left = async (): Promise<number> =>
  (await trail.listAbout(id, null, MANY * 2)).filter(({ context }) => context.ip !== null).length;

it("who is deleted is erased before the deletion is confirmed", async () => {
  await store(someAct(id), someAct(id));
  const deletion = someDeletion(id);
  await store(deletion);
  expect(await left()).toBe(0);
  expect(await trail.unfinished(1)).toEqual([]);
  expect(confirmed).toContain(deletion.id);
});

describe.each([
  ["the audit trail", { erasures: { erase: () => Promise.reject(new Unavailable("d1")) } }],
  [
    "the dead letters",
    { deadLetters: { ...memoryDeadLetters(), erase: () => Promise.reject(new Unavailable("d1")) } },
  ],
] as const)("while %s cannot be erased", (_, outage) => {
  it("the deletion is not confirmed, and its repetition erases", async () => {
    const well = deps;
    await store(someAct(id));
    const deletion = someDeletion(id);
    deps = { ...well, ...outage };
    await expect(store(deletion)).rejects.toThrow(Unavailable);
    expect(confirmed).not.toContain(deletion.id);
    expect(await trail.unfinished(1)).toEqual([id]);
    deps = well;
    await store(deletion);
    expect([await left(), await trail.unfinished(1)]).toEqual([0, []]);
    expect(confirmed).toContain(deletion.id);
  });
});

it("the cron goes on with those who did more than one message may erase", async () => {
  await trail.store(Array.from({ length: MANY }, () => someAct(id)));
  await store(someDeletion(id));
  expect(await left()).toBeGreaterThan(0);
  const finishing = { erasures: trail, deadLetters: deps.deadLetters };
  let runs = 0;
  for (; (await trail.unfinished(1)).length > 0; runs++) await finishErasures(finishing, SYSTEM);
  expect(await left()).toBe(0);
  expect(runs).toBe(2);
});

it("who was deleted is forgotten once an older event would be removed as well", async () => {
  const [clock, auditRetention] = [() => 100 * DAY, 90 * DAY];
  await store(someDeletion(id, 9 * DAY));
  const recent = someUserId();
  await store(someDeletion(recent, 11 * DAY));
  const purging = { audit: trail, erasures: trail, deadLetters: memoryDeadLetters(), clock };
  await purgeEvents({ ...purging, auditRetention }, SYSTEM);
  // As the trail itself does with what comes now.
  await trail.store([someAct(id), someAct(recent)]);
  expect(await left()).toBe(1);
  const late = await trail.listAbout(recent, null, 10);
  expect(late.map(({ context }) => context.ip)).toEqual([null, null]);
});
