import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitsLimits, NO_RIGHTS, type Rights, rightsOf } from "../../../src/domain/access/rights.ts";
import {
  MAX_PERMISSIONS_PER_PRINCIPAL,
  MAX_ROLES_PER_PRINCIPAL,
  MAX_WRITTEN_RIGHTS,
} from "../../../src/domain/limits.ts";

const some = (count: number, name: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => name(n));

const held = (roles: number, permissions: number): Rights => ({
  roles: some(roles, (n) => `r${n}`),
  permissions: some(permissions, (n) => `p:a${n}`),
});

/** So long that roles and permissions as JSON take exactly this many characters. */
const written = (length: number): Rights => {
  const around = JSON.stringify([]).length + JSON.stringify([""]).length;
  return { roles: [], permissions: ["x".repeat(length - around)] };
};

describe("what one may come to hold", () => {
  it("begins with nothing", () => {
    expect(NO_RIGHTS).toEqual({ roles: [], permissions: [] });
  });

  it("is no more roles, permissions or characters than the limits, and all of that", () => {
    expect(fitsLimits(NO_RIGHTS, held(MAX_ROLES_PER_PRINCIPAL, 0))).toBe(true);
    expect(fitsLimits(NO_RIGHTS, held(MAX_ROLES_PER_PRINCIPAL + 1, 0))).toBe(false);
    expect(fitsLimits(NO_RIGHTS, held(0, MAX_PERMISSIONS_PER_PRINCIPAL))).toBe(true);
    expect(fitsLimits(NO_RIGHTS, held(0, MAX_PERMISSIONS_PER_PRINCIPAL + 1))).toBe(false);
    expect(fitsLimits(NO_RIGHTS, written(MAX_WRITTEN_RIGHTS))).toBe(true);
    expect(fitsLimits(NO_RIGHTS, written(MAX_WRITTEN_RIGHTS + 1))).toBe(false);
  });

  it("counts what a wildcard covers as one", () => {
    const permissions = some(MAX_PERMISSIONS_PER_PRINCIPAL + 1, (n) => `pages:a${n}`);
    const catalogue = new Map(
      Object.entries({ all: ["pages:*"], each: permissions }).map(([name, granted]) => [
        name,
        { name, description: "", permissions: granted },
      ]),
    );
    expect(fitsLimits(NO_RIGHTS, rightsOf(["each"], catalogue))).toBe(false);
    const both = rightsOf(["all", "each"], catalogue);
    expect(both).toEqual({ roles: ["all", "each"], permissions: ["pages:*"] });
    expect(fitsLimits(NO_RIGHTS, both)).toBe(true);
    // It may be left without the wildcard, though it could not be given what it then has.
    expect(fitsLimits(both, rightsOf(["each"], catalogue))).toBe(true);
    expect(fitsLimits(rightsOf(["all"], catalogue), rightsOf(["each"], catalogue))).toBe(false);
  });

  it("is never more than before where that was too much, and may always be less", () => {
    const amount = fc.nat({ max: 3 * MAX_PERMISSIONS_PER_PRINCIPAL });
    fc.assert(
      fc.property(amount, amount, (before, after) => {
        const allowed = after <= Math.max(before, MAX_PERMISSIONS_PER_PRINCIPAL);
        expect(fitsLimits(held(0, before), held(0, after))).toBe(allowed);
      }),
    );
  });
});
