import { expect, it } from "vitest";
import { memoryLoginThrottle } from "../../support/fakes/login-throttle.ts";
import { CAUSE, HOUR, someEmail, someUserId } from "../../support/samples.ts";

/* What the judge of a login name tells, in memory. */

/** Wrong tries, each after the longest wait. */
async function failing(times: number, userId: ReturnType<typeof someUserId> | null) {
  const time = { now: Date.UTC(2026, 0, 1) };
  const throttle = memoryLoginThrottle(() => time.now);
  const name = someEmail();
  for (let i = 0; i < times; i++) {
    time.now += HOUR;
    const attempt = await throttle.reserve(name);
    if (attempt.kind !== "allowed") throw new Error(`try ${i + 1} was ${attempt.kind}`);
    const { failures } = attempt.reserved;
    await throttle.fail(name, { failures, userId, cause: CAUSE });
  }
  return throttle.events;
}

it("of wrong tries the first, the last free one and the one that locks are told, each once", async () => {
  const id = someUserId();
  const events = await failing(100, id);
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    ["sign_in.failed", { failures: 1 }],
    ["sign_in.failed", { failures: 10 }],
    ["sign_in.locked", { failures: 100 }],
  ]);
  for (const event of events) {
    expect(event).toMatchObject({ ...CAUSE, subject: { kind: "user", id }, seq: null });
  }
  expect(new Set(events.map((event) => event.id)).size).toBe(3);
});

it("of a name without an account nothing is told", async () => {
  expect(await failing(100, null)).toEqual([]);
});
