import { describe, expect, it } from "vitest";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { judged, MAX_AGE } from "../../support/scripted-program.ts";
import { held, notDone, pause } from "../../support/scripted-record.ts";

const RENEWED_AT = (MAX_AGE * 11) / 12;

/** An account whose copy has just been read, and how often it was read since. */
async function known() {
  const on = await judged();
  await on.find();
  return { ...on, readings: () => on.asked() - 1 };
}

describe("the age of a copy", () => {
  it("a young one is used without D1", async () => {
    const { advance, find, readings } = await known();
    advance(RENEWED_AT - 1);
    expect(await find()).toMatchObject({ status: "active" });
    expect(readings()).toBe(0);
  });

  it("CFW-05 one that will soon be too old is renewed behind the caller's back, once", async () => {
    const { advance, disable, steps, find, readings } = await known();
    advance(RENEWED_AT);
    await disable();
    const reading = held();
    steps.push(reading.step);
    for (let i = 0; i < 3; i++) expect(await find()).toMatchObject({ status: "active" });
    expect(readings()).toBe(1);
    reading.letGo();
    await pause();
    expect(await find()).toMatchObject({ status: "disabled" });
    advance(RENEWED_AT - 1);
    await find();
    expect(readings()).toBe(1);
  });

  it("CFW-05 an outage behind the caller's back stops nobody", async () => {
    const { advance, steps, find, readings } = await known();
    advance(RENEWED_AT);
    steps.push(notDone);
    expect(await find()).toMatchObject({ status: "active" });
    await pause();
    expect(await find()).toMatchObject({ status: "active" });
    expect(readings()).toBe(2);
  });

  it("one that is too old is read before it is used, and serves nobody while D1 is away", async () => {
    const { advance, disable, steps, find } = await known();
    advance(MAX_AGE);
    await disable();
    steps.push(notDone);
    await expect(find()).rejects.toThrow(Unavailable);
    expect(await find()).toMatchObject({ status: "disabled" });
  });

  it("counts from when D1 was asked, not from when it answered", async () => {
    const { advance, steps, find, asked } = await judged();
    const reading = held();
    steps.push(reading.step);
    const found = find();
    advance(MAX_AGE);
    reading.letGo();
    await found;
    await find();
    expect(asked()).toBe(2);
  });

  it("an account that is told to have changed at every reading is read twice, and not for ever", async () => {
    const { everyAnswer, catchUp, find, asked } = await judged();
    let told = 0;
    everyAnswer(async (run) => {
      told += 1;
      if (told < 20) await catchUp();
      return run();
    });
    expect(await find()).toMatchObject({ status: "active" });
    expect(asked()).toBe(2);
  });

  it("CFW-15 is unknown after the clock jumped back, so the copy is read anew", async () => {
    const { advance, disable, find, readings } = await known();
    await disable();
    advance(-1);
    expect(await find()).toMatchObject({ status: "disabled" });
    expect(await find()).toMatchObject({ status: "disabled" });
    expect(readings()).toBe(1);
  });
});

it("CFW-05 a copy outlives an outage of D1 behind the caller's back, and the next", async () => {
  const { advance, everyAnswer, find, readings } = await known();
  advance(RENEWED_AT);
  everyAnswer(notDone);
  for (let i = 1; i <= 3; i++) {
    expect(await find()).toMatchObject({ status: "active" });
    await pause();
    expect(readings()).toBe(i);
  }
});

describe("a copy that is known to have changed", () => {
  it("CFW-05 serves nobody while D1 is away, however young, and is served again after", async () => {
    const { everyAnswer, catchUp, find } = await known();
    const before = await find();
    everyAnswer(notDone);
    await expect(catchUp()).rejects.toThrow(Unavailable);
    for (let i = 0; i < 2; i++) await expect(find()).rejects.toThrow(Unavailable);
    everyAnswer((run) => run());
    expect(await find()).toEqual(before);
    everyAnswer(notDone);
    expect(await find()).toEqual(before);
  });

  it("CFW-05 is not served while D1 is read", async () => {
    const { disable, steps, catchUp, find } = await known();
    await disable();
    const reading = held();
    steps.push(reading.step);
    const told = catchUp();
    expect(await find()).toMatchObject({ status: "disabled" });
    reading.letGo();
    await told;
  });

  it("is not made good by a use that is noted", async () => {
    const { everyAnswer, secretId, catchUp, noteUse, find } = await known();
    everyAnswer(notDone);
    await expect(catchUp()).rejects.toThrow(Unavailable);
    noteUse(secretId, 1);
    await expect(find()).rejects.toThrow(Unavailable);
  });
});

describe("a use of a secret", () => {
  it("is remembered with the rest as it was, without D1, and makes no copy younger", async () => {
    const { advance, secretId, noteUse, find, readings } = await known();
    const before = await find();
    const [secret] = before?.secrets ?? [];
    advance(RENEWED_AT - 1);
    noteUse(secretId, 5);
    noteUse("another's", 6);
    expect(await find()).toEqual({ ...before, secrets: [{ ...secret, lastUsedAt: 5 }] });
    expect(readings()).toBe(0);
    advance(1);
    await find();
    expect(readings()).toBe(1);
  });

  it("is to be written down unless a later one than that is known, also of a secret unknown here", async () => {
    const { secretId, noteUse, find } = await known();
    expect(noteUse("another's", 5)).toBe(true);
    expect(noteUse(secretId, 5, 1)).toBe(true);
    expect(noteUse(secretId, 6, 4)).toBe(false);
    expect(noteUse(secretId, 6, 5)).toBe(true);
    expect((await find())?.secrets).toMatchObject([{ id: secretId, lastUsedAt: 6 }]);
  });

  it("is remembered of that secret alone", async () => {
    const { addSecret, catchUp, secretId, noteUse, find } = await known();
    const other = await addSecret();
    await catchUp();
    noteUse(other, 7);
    expect(new Map((await find())?.secrets.map(({ id, lastUsedAt }) => [id, lastUsedAt]))).toEqual(
      new Map([
        [secretId, null],
        [other, 7],
      ]),
    );
  });

  it("is nothing to an object that knows nobody", async () => {
    const { secretId, noteUse, find } = await judged();
    noteUse(secretId, 5);
    expect((await find())?.secrets).toMatchObject([{ lastUsedAt: null }]);
  });
});

describe("nothing is left", () => {
  it("of an id that nobody has, whoever asks and whatever is told", async () => {
    const { findStranger, catchUpStranger, isBlank } = await judged();
    expect(await findStranger()).toBeNull();
    expect(isBlank()).toBe(true);
    await catchUpStranger();
    expect(isBlank()).toBe(true);
  });

  it("of an account that nobody asked for before it was told", async () => {
    const { catchUp, asked, isBlank } = await judged();
    await catchUp();
    expect([asked(), isBlank()]).toEqual([0, true]);
  });

  it("of a first question that D1 did not answer", async () => {
    const { steps, find, isBlank } = await judged();
    steps.push(notDone);
    await expect(find()).rejects.toThrow(Unavailable);
    expect(isBlank()).toBe(true);
  });

  it.each([
    ["when that is told", 0],
    ["when the copy is renewed", RENEWED_AT],
    ["when the copy is too old", MAX_AGE],
  ])("REV-02 of an account that is gone, %s", async (_, age) => {
    const { advance, remove, find, catchUp, isBlank } = await known();
    expect(isBlank()).toBe(false);
    await remove();
    advance(age);
    await (age === 0 ? catchUp() : find());
    await pause();
    expect(isBlank()).toBe(true);
    expect(await find()).toBeNull();
  });
});
