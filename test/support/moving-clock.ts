import { vi } from "vitest";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Moves the clock of the tests, the Worker and the Durable Objects, which then stands still.
 * `vi.useRealTimers()` sets it going again.
 *
 * @param by milliseconds, from what the clock shows now; negative moves it back
 */
export function moveClock(by: number): void {
  const moved = Date.now() + by;
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(moved);
}

/** Stops the clock where it is, so that a window's edge can be met exactly. */
export const stopClock = (): void => moveClock(0);
