import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outcomeOf } from "../../support/port-faults.ts";
import { judged, MAX_AGE } from "../../support/scripted-program.ts";
import { held, notDone, pause } from "../../support/scripted-record.ts";

describe("calls that meet in one service account's object", () => {
  it.each([
    ["an account that nobody knew", false],
    ["a copy that is too old", true],
  ])(
    "CFW-01 a reading that began before a change was told is made anew: %s",
    async (_, isKnown) => {
      const { advance, steps, find, disable, catchUp } = await judged();
      if (isKnown) await find();
      advance(MAX_AGE);
      const reading = held();
      steps.push(reading.step);
      const found = find();
      await reading.isDone;
      await disable();
      await catchUp();
      reading.letGo();
      expect(await found).toMatchObject({ status: "disabled" });
      expect(await find()).toMatchObject({ status: "disabled" });
    },
  );

  it("CFW-01 a renewal that began before a change was told does not bring the old row back", async () => {
    const { advance, steps, find, disable, catchUp } = await judged();
    await find();
    advance(MAX_AGE - 1);
    const reading = held();
    steps.push(reading.step);
    await find();
    await reading.isDone;
    await disable();
    await catchUp();
    reading.letGo();
    await pause();
    expect(await find()).toMatchObject({ status: "disabled" });
  });

  it("CFW-01 of two changes that are told at once, both count when either telling returns", async () => {
    const { steps, find, disable, enable, catchUp } = await judged();
    await find();
    const [first, second] = [held(), held()];
    steps.push(first.step, second.step);
    await disable();
    const told = catchUp();
    await first.isDone;
    await enable();
    const toldAgain = catchUp();
    await second.isDone;
    first.letGo();
    await told;
    expect(await find()).toMatchObject({ status: "active", version: 3 });
    second.letGo();
    await toldAgain;
    expect(await find()).toMatchObject({ status: "active", version: 3 });
  });

  it("CFW-05 a reading from before a change is not used where the one after it fails", async () => {
    const { advance, steps, find, disable, catchUp } = await judged();
    await find();
    advance(MAX_AGE);
    const reading = held();
    steps.push(reading.step, notDone, notDone);
    const found = outcomeOf(find());
    await reading.isDone;
    await disable();
    expect(await outcomeOf(catchUp())).toBe("unavailable");
    reading.letGo();
    expect(await found).toBe("unavailable");
    expect(await find()).toMatchObject({ status: "disabled" });
  });

  it("REV-02 an account that is gone is erased, also while somebody looks it up", async () => {
    const { advance, steps, find, remove, catchUp, isBlank } = await judged();
    await find();
    advance(MAX_AGE);
    const reading = held();
    steps.push(reading.step);
    const found = find();
    await reading.isDone;
    await remove();
    await catchUp();
    expect(isBlank()).toBe(true);
    reading.letGo();
    expect(await found).toBeNull();
    expect(isBlank()).toBe(true);
  });

  it("an account that is made while somebody guesses its id is found when it was told", async () => {
    const { steps, find, remove, create, catchUp } = await judged();
    await remove();
    const reading = held();
    steps.push(reading.step);
    const found = find();
    await reading.isDone;
    await create();
    await catchUp();
    reading.letGo();
    expect(await found).toMatchObject({ status: "active" });
    expect(await find()).toMatchObject({ status: "active" });
  });

  it.each([
    ["disabled", { status: "disabled" }],
    ["removed", null],
  ] as const)(
    "REV-02 in whatever order calls and D1's answers come, nobody is vouched for once told: %s",
    async (change, after) => {
      const isAsAfter = (found: unknown) =>
        after === null ? expect(found).toBeNull() : expect(found).toMatchObject(after);
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, isKnown) => {
          const { find, catchUp, everyAnswer, ...on } = await judged();
          if (isKnown) await find();
          on.advance(MAX_AGE - 1);
          const inTurn = <T>(work: () => Promise<T>) =>
            scheduler.schedule(Promise.resolve()).then(work);
          // D1 looks at the row at one time, and its answer comes at another.
          everyAnswer(async (run) => {
            const row = await inTurn(run);
            return inTurn(async () => row);
          });
          const told = inTurn(async () => {
            await (change === "removed" ? on.remove() : on.disable());
            await catchUp();
            isAsAfter(await find());
          });
          const others = [find, find, catchUp, find].map((call) =>
            inTurn(async () => void (await call())),
          );
          await scheduler.waitFor(Promise.all([told, ...others]));
          everyAnswer(notDone);
          if (after !== null && isKnown) isAsAfter(await find());
          everyAnswer((run) => run());
          isAsAfter(await find());
          if (after === null) expect(on.isBlank()).toBe(true);
        }),
      );
    },
  );
});
