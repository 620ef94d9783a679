import { beforeEach, describe, expect, it } from "vitest";
import { type Actor, SYSTEM } from "../../../src/domain/access/actor.ts";
import {
  type ConfirmEventsDeps,
  confirmEvents,
} from "../../../src/use-cases/events/confirm-events.ts";
import type { EventMessage, Notice } from "../../../src/use-cases/events/ports.ts";
import { type StoreEventsDeps, storeEvents } from "../../../src/use-cases/events/store-events.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { someMessage } from "../../support/event-samples.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";
import { memoryDeadLetters } from "../../support/fakes/dead-letters.ts";
import { memoryRecordOutbox } from "../../support/fakes/record-outbox.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { someUserId } from "../../support/samples.ts";

/** Keepers that remember what they still keep, by name and place. */
function service() {
  const audit = memoryAuditTrail();
  const recordOutbox = memoryRecordOutbox();
  const kept = new Set<string>();
  const notices: Notice[] = [];
  const forget = async (id: string, places: readonly number[]) => {
    for (const place of places) kept.delete(`${id} ${place}`);
  };
  const accounts = { confirmEvents: forget };
  const throttle = { confirmEvents: forget };
  const deps: StoreEventsDeps & ConfirmEventsDeps = {
    audit,
    erasures: audit,
    deadLetters: memoryDeadLetters(),
    recordOutbox,
    accounts,
    throttle,
    notify: (notice) => void notices.push(notice),
  };
  const keep = async (message: EventMessage): Promise<EventMessage> => {
    const { keeper, event } = message;
    if (keeper.kind === "record") await recordOutbox.put(event.id, message, 0);
    else kept.add(`${keeper.id} ${keeper.place}`);
    return message;
  };
  const left = () => [...kept, ...recordOutbox.ids()];
  return { deps, audit, recordOutbox, accounts, throttle, notices, keep, left };
}

/** In this order: what is not stored is not confirmed. */
async function storeAndConfirm(
  ...args: [StoreEventsDeps & ConfirmEventsDeps, Actor, readonly EventMessage[]]
) {
  await storeEvents(...args);
  return confirmEvents(...args);
}

let on: ReturnType<typeof service>;
let messages: EventMessage[];

/** Of two users, a login name and the record, two each. */
async function someMessages(): Promise<EventMessage[]> {
  const [one, two] = [someUserId(), someUserId()];
  const keepers = [one, two].flatMap((id) =>
    [1, 2].map((place) => ({ kind: "user", id, place }) as const),
  );
  const name = [5, 6].map((place) => ({ kind: "login_name", id: "a".repeat(64), place }) as const);
  const all = [...keepers, ...name, { kind: "record" }, { kind: "record" }] as const;
  return Promise.all(all.map((keeper) => on.keep(someMessage({}, keeper))));
}

beforeEach(async () => {
  on = service();
  messages = await someMessages();
});

const idsOf = (given: readonly EventMessage[]) => given.map(({ event }) => event.id).sort();
const stored = () =>
  on.audit
    .stored()
    .map(({ id }) => id)
    .sort();

describe("storing events", () => {
  it("stores all and tells each keeper once, with all of theirs", async () => {
    const calls: unknown[] = [];
    const { accounts } = on.deps;
    const watched = {
      confirmEvents: async (...args: Parameters<typeof accounts.confirmEvents>) => {
        calls.push(args[1]);
        await accounts.confirmEvents(...args);
      },
    };
    await storeAndConfirm({ ...on.deps, accounts: watched }, SYSTEM, messages);
    expect(stored()).toEqual(idsOf(messages));
    expect(on.left()).toEqual([]);
    expect(calls).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("messages that come twice, in any order, are stored once", async () => {
    const [first, ...others] = messages;
    await storeAndConfirm(on.deps, SYSTEM, [...others].reverse());
    await storeAndConfirm(on.deps, SYSTEM, [...others, ...(first ? [first, first] : [])]);
    expect(stored()).toEqual(idsOf(messages));
  });

  it("tells nobody before all are stored", async () => {
    const before = on.left();
    const audit = {
      ...on.audit,
      store: async () => {
        throw new Unavailable("d1");
      },
    };
    await expect(storeAndConfirm({ ...on.deps, audit }, SYSTEM, messages)).rejects.toThrow("d1");
    expect(on.left()).toEqual(before);
  });

  it("a keeper that does not answer keeps the others from nothing, and is in the log", async () => {
    const accounts = {
      confirmEvents: async () => {
        throw new Unavailable("account");
      },
    };
    await storeAndConfirm({ ...on.deps, accounts }, SYSTEM, messages);
    expect(stored()).toEqual(idsOf(messages));
    expect(on.left()).toHaveLength(4);
    const notice = { event: "events_not_confirmed", actor: SYSTEM };
    expect(on.notices).toEqual([notice, notice]);
  });

  it.each(FAULTS)(
    "whatever breaks (%s), a keeper forgets nothing that is not stored",
    async (kind) => {
      const broken = await atEveryCall(kind, async (faults) => {
        on = service();
        messages = await someMessages();
        const deps = {
          ...on.deps,
          audit: faults.wrap(on.audit),
          recordOutbox: faults.wrap(on.recordOutbox),
          accounts: faults.wrap(on.accounts),
          throttle: faults.wrap(on.throttle),
        };
        await outcomeOf(storeAndConfirm(deps, SYSTEM, messages));
        const isWhole = stored().length === messages.length;
        if (!isWhole) expect(on.left()).toHaveLength(messages.length);
        faults.end();
        // It comes again, since nobody acknowledged it or somebody keeps it.
        await storeAndConfirm(deps, SYSTEM, messages);
        expect(stored()).toEqual(idsOf(messages));
        expect(on.left()).toEqual([]);
      });
      expect(new Set(broken)).toEqual(new Set(["store", "confirmEvents", "remove"]));
    },
  );
});
