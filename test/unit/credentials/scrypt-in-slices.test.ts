import { expect, it, vi } from "vitest";
import { utf8 } from "../../../src/core/security/encoding.ts";
import { SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";

const CURRENT = { ln: 15, r: 8, p: 3 };

it("CFW-08 others go on some twenty-four times while noble computes a hash", async () => {
  const pauses = vi.spyOn(globalThis, "setTimeout");
  let turns = 0;
  let isDone = false;
  const others = (): void => {
    turns += 1;
    if (!isDone) setImmediate(others);
  };
  setImmediate(others);
  await SCRYPT_ENGINES.noble(utf8("password"), utf8("salt"), CURRENT, 32);
  isDone = true;
  expect(Math.abs(pauses.mock.calls.length - 24)).toBeLessThanOrEqual(1);
  expect(turns).toBeGreaterThanOrEqual(pauses.mock.calls.length);
  pauses.mockRestore();
});
