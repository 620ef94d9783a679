import fc from "fast-check";
import { expect, it } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import type { Event } from "../../../src/domain/events/event.ts";
import { outcomeOf } from "../../support/port-faults.ts";
import {
  DISABLE,
  MAKE_ADMIN,
  notDone,
  replyLost,
  signedIn,
  UNMAKE_ADMIN,
} from "../../support/scripted-record.ts";

const ENABLE: AccountChange = { kind: "set_status", status: "active" };
const CHANGES = [DISABLE, ENABLE, MAKE_ADMIN, UNMAKE_ADMIN];

type Known = { status: boolean | null; roles: boolean | null };

const MEANINGS: Readonly<Record<string, ["status" | "roles", boolean]>> = {
  "user.disabled": ["status", false],
  "user.enabled": ["status", true],
  "user.role.assigned": ["roles", true],
  "user.role.removed": ["roles", false],
};

/** What the record makes of a user; null where other hands left it open. */
function read(events: readonly Event[]): Known {
  const known: Known = { status: true, roles: false };
  const become = (name: "status" | "roles", value: boolean) => {
    // Of a change that changed nothing there is no event.
    expect(known[name]).not.toBe(value);
    known[name] = value;
  };
  for (const { type, data } of events) {
    const meaning = MEANINGS[type];
    if (meaning !== undefined) become(...meaning);
    for (const name of ["status", "roles"] as const) {
      if (String(data["changed"]).includes(name)) known[name] = null;
    }
  }
  return known;
}

const plans = fc.array(
  fc.record({
    change: fc.constantFrom(...CHANGES),
    byHand: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);
const answers = fc.array(fc.constantFrom("done", "done", "not done", "reply lost"), {
  maxLength: 12,
});

it("CFW-05 whatever interleaves and breaks, the record leads to the row, without a gap", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plans, answers, async (scheduler, wanted, becomes) => {
      const { on, user, accounts, everyAnswer, ...calls } = await signedIn();
      const inTurn = <T>(work: () => Promise<T>) =>
        scheduler.schedule(Promise.resolve()).then(work);
      const fates = becomes.values();
      everyAnswer((run) =>
        inTurn(async () => {
          const fate = fates.next().value ?? "done";
          if (fate === "not done") return notDone(run);
          return fate === "reply lost" ? replyLost(run) : run();
        }),
      );
      const all = wanted.map(({ change, byHand }) =>
        inTurn(async () => (byHand ? calls.changeBehind(change) : outcomeOf(calls.change(change)))),
      );
      await scheduler.waitFor(Promise.all(all));
      everyAnswer((run) => run());
      await calls.catchUp();

      const mine = accounts.events.filter(({ subject }) => subject.id === user.id);
      expect(mine.map(({ seq }) => seq)).toEqual(mine.map((_, at) => at + 1));
      const { status, roles } = await on.read(user.id);
      const known = read(mine);
      if (known.status !== null) expect(known.status).toBe(status === "active");
      if (known.roles !== null) expect(known.roles).toBe(roles.includes("admin"));
    }),
    { numRuns: 300 },
  );
});
