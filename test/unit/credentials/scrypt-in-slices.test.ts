import { expect, it, vi } from "vitest";
import { utf8 } from "../../../src/core/security/encoding.ts";
import { SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";

const CURRENT = { ln: 15, r: 8, p: 3 };

it("CFW-08 others go on some twenty-four times while noble computes a hash", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  let turns = 0;
  let isDone = false;
  const others = (): void => {
    turns += 1;
    if (!isDone) setImmediate(others);
  };
  setImmediate(others);
  await SCRYPT_ENGINES.noble(utf8("password"), utf8("salt"), CURRENT, 32);
  isDone = true;
  // Whatever else of this process waits does so for longer.
  const pauses = timers.mock.calls.filter(([, delay]) => delay === 0).length;
  timers.mockRestore();
  expect(Math.abs(pauses - 24)).toBeLessThanOrEqual(1);
  expect(turns).toBeGreaterThanOrEqual(pauses);
});
