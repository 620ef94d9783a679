import { expect, it } from "vitest";
import { held, MAX_AGE, notDone, pause, signedIn } from "../../support/scripted-record.ts";

const RENEWED_AT = Math.ceil((MAX_AGE * 11) / 12);

/** A user whose copy has just been read, and how often it was read since. */
async function withYoungCopy() {
  const calls = await signedIn();
  await calls.catchUp();
  const before = calls.asked();
  return { ...calls, readings: () => calls.asked() - before };
}

it("a copy that is not old enough is not read anew", async () => {
  const { advance, check, readings } = await withYoungCopy();
  advance(RENEWED_AT - 1);
  expect(await check()).not.toBeNull();
  expect(readings()).toBe(0);
});

it("CFW-05 a copy that will soon be too old is read anew behind the requests' backs, once", async () => {
  const { advance, steps, refresh, check, readings } = await withYoungCopy();
  advance(RENEWED_AT);
  const reading = held();
  steps.push(reading.step);
  expect((await refresh(0)).kind).toBe("rotated");
  expect(await check()).not.toBeNull();
  expect(readings()).toBe(1);
  reading.letGo();
  await pause();
  advance(RENEWED_AT - 1);
  expect(await check()).not.toBeNull();
  expect(readings()).toBe(1);
});

it("CFW-05 a renewal that failed stops nobody, and is tried again by the next request", async () => {
  const { advance, steps, check, readings } = await withYoungCopy();
  advance(RENEWED_AT);
  steps.push(notDone);
  for (const tried of [1, 2]) {
    expect(await check()).not.toBeNull();
    await pause();
    expect(readings()).toBe(tried);
  }
  expect(await check()).not.toBeNull();
  expect(readings()).toBe(2);
});
