import { expect, it } from "vitest";
import { FEED_JOBS } from "../../../src/core/config/constants.ts";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { serviceAccountIdOf } from "../../../src/domain/ids.ts";
import { forgetDeadRequests } from "../../../src/use-cases/accounts/forget-dead-requests.ts";
import { purgeMails } from "../../../src/use-cases/accounts/purge-mails.ts";
import { removeUnverified } from "../../../src/use-cases/accounts/remove-unverified.ts";
import { workOffChangeFeed } from "../../../src/use-cases/accounts/work-off-change-feed.ts";
import { workOffProgramFeed } from "../../../src/use-cases/clients/work-off-program-feed.ts";
import { finishErasures } from "../../../src/use-cases/events/finish-erasures.ts";
import { purgeEvents } from "../../../src/use-cases/events/purge-events.ts";
import { sendRecordEvents } from "../../../src/use-cases/events/send-record-events.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { someMessage } from "../../support/event-samples.ts";
import { someId, someUserId } from "../../support/samples.ts";

/* What an invocation of the cron of a minute may do is shared by its jobs. */

const SUBREQUESTS = 1_000;

/** There is always more to do, and whatever can fail fails: that costs most. */
function endless() {
  let [calls, seq] = [0, 0];
  const port = <T extends object>(methods: T): T =>
    new Proxy(methods, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key, target);
        if (typeof method !== "function") throw new Error(`there is no ${String(key)}`);
        return (...args: unknown[]) => {
          calls++;
          return method.apply(target, args);
        };
      },
    });
  const all = async (_: unknown, limit: number) => limit;
  const nothing = async () => undefined;
  const some = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  /** Of few accounts, so that there are many batches; every other one fails. */
  const entries = async (limit: number) => {
    const ids = some(70, someUserId);
    return some(limit, () => ({ seq: ++seq, userId: ids[seq % ids.length] ?? someUserId() }));
  };
  const everyOther = async () => {
    if (calls % 2 === 0) throw new Unavailable("account");
  };
  const failing = () => Promise.reject(new Unavailable("any"));
  const waiting = (isKept: boolean) => ({ id: `${++seq}`, message: someMessage(), isKept });
  let sent = 0;
  return {
    calls: () => calls,
    ignored: () => undefined,
    clock: () => Date.UTC(2026, 0, 1),
    feed: port({
      newest: entries,
      take: (_: number, limit: number) => entries(limit),
      clearMarks: async () => 0,
      forget: nothing,
      postpone: nothing,
    }),
    accounts: port({
      catchUp: async () => {
        await everyOther();
        return "known" as const;
      },
      change: failing,
    }),
    programFeed: port({
      noted: async () => ({ ids: some(5_000, () => serviceAccountIdOf(someId())), upTo: 1 }),
      forget: nothing,
    }),
    programs: port({ catchUp: failing }),
    recordOutbox: port({
      claim: async (_: number, limit: number) => some(limit, () => waiting(++seq % 2 === 0)),
      remove: nothing,
    }),
    eventQueue: port({
      /** The last batch of a run is sent one by one. */
      send: async (messages: readonly unknown[]) => {
        if (messages.length > 1 && ++sent === 10) throw new Unavailable("queue");
        if (messages.length === 1 && ++seq % 9 === 0) throw new Unavailable("queue");
      },
    }),
    erasures: port({
      unfinished: async (limit: number) => some(limit, someUserId),
      erase: all,
      forget: nothing,
    }),
    deadLetters: port({
      erase: async () => 0,
      dropMail: nothing,
      removeBefore: nothing,
      forgetRequests: nothing,
    }),
    audit: port({ removeBefore: all }),
    mails: port({ removeBefore: all }),
    users: port({
      takeExpired: async (_: number, limit: number) =>
        some(limit, () => ({
          id: someUserId(),
          version: 1,
          emailVerified: false,
          hasPassword: false,
        })),
      keepThoseWithPassword: nothing,
      keep: nothing,
    }),
  };
}

type On = ReturnType<typeof endless>;

const JOBS: Readonly<Record<keyof typeof FEED_JOBS, (on: On) => Promise<unknown>>> = {
  workOffChangeFeed: (on) =>
    workOffChangeFeed({ ...on, notify: on.ignored, notCaughtUp: on.ignored }, SYSTEM),
  workOffProgramFeed: (on) => workOffProgramFeed({ ...on, programNotCaughtUp: on.ignored }, SYSTEM),
  sendRecordEvents: (on) => sendRecordEvents(on, SYSTEM).catch(on.ignored),
  finishErasures: (on) => finishErasures(on, SYSTEM),
  purgeEvents: (on) => purgeEvents({ ...on, auditRetention: 1 }, SYSTEM),
  purgeMails: (on) => purgeMails(on, SYSTEM),
  forgetDeadRequests: (on) => forgetDeadRequests(on, SYSTEM),
  removeUnverified: (on) =>
    removeUnverified(
      {
        ...on,
        newChangeId: () => "change",
        requireVerifiedEmail: false,
        notCaughtUp: on.ignored,
      },
      SYSTEM,
    ),
};

it("the shares of all jobs together are what an invocation may do, at most", () => {
  const sum = Object.values(FEED_JOBS).reduce((one, other) => one + other, 0);
  expect(sum).toBeLessThanOrEqual(SUBREQUESTS);
});

it.each(Object.entries(JOBS))(
  "%s keeps to its share, however much there is to do",
  async (name, run) => {
    const on = endless();
    await run(on);
    const share = Object.entries(FEED_JOBS).find(([job]) => job === name)?.[1] ?? 0;
    expect(on.calls()).toBeLessThanOrEqual(share);
    expect(on.calls()).toBeGreaterThan(share * 0.45);
  },
);
