import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Authority,
  authorityOf,
  sameAuthority,
  takeOver,
} from "../../../src/domain/accounts/authority.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import { userIdOf } from "../../../src/domain/ids.ts";
import { authority } from "../../support/arbitraries.ts";

const known: Authority = { status: "active", roles: ["user"], version: 4, passwordSetAt: 50 };

describe("an authority", () => {
  it("is the part of the row that decides what a user may do", () => {
    const user = {
      id: userIdOf("A".repeat(22)),
      email: "ada@example.com" as Email,
      emailVerified: true,
      name: "Ada",
      createdAt: 1,
      updatedAt: 2,
      ...known,
      status: "active",
    } as const;
    expect(authorityOf(user)).toEqual(known);
  });

  it("is the same exactly when every part is, the order of roles included", () => {
    fc.assert(
      fc.property(authority, authority, (a, b) => {
        expect(sameAuthority(a, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(sameAuthority(a, { ...a, roles: [...a.roles] })).toBe(true);
      }),
    );
  });

  it.each([
    ["version", { version: 5 }],
    ["status", { status: "disabled" }],
    ["password", { passwordSetAt: 51 }],
    ["number of roles", { roles: ["user", "admin"] }],
    ["roles", { roles: ["admin"] }],
  ] as const)("is another with another %s", (_, change) => {
    expect(sameAuthority(known, { ...known, ...change })).toBe(false);
  });
});

describe("taking a row over", () => {
  it("REV-02 ends every session when the user is disabled", () => {
    const row: Authority = { ...known, status: "disabled", version: 5 };
    expect(takeOver(known, row)).toEqual({ authority: row, end: "all" });
  });

  it("REV-02 ends every session when the account is gone, and leaves a tombstone", () => {
    expect(takeOver(known, null)).toEqual({
      authority: { status: "deleted", roles: [], version: 5, passwordSetAt: 50 },
      end: "all",
    });
    expect(takeOver(null, null)).toEqual({
      authority: { status: "deleted", roles: [], version: 1, passwordSetAt: 0 },
      end: "all",
    });
  });

  it("REV-03 ends every session when the password was set, the asker's with them", () => {
    const row = { ...known, version: 5, passwordSetAt: 51 };
    expect(takeOver(known, row)).toEqual({ authority: row, end: "all" });
  });

  it("ends nothing when only roles or the version moved", () => {
    expect(takeOver(known, { ...known, version: 9, roles: ["admin"] }).end).toBe("none");
  });

  it("ends nothing when nothing was known before", () => {
    expect(takeOver(null, known)).toEqual({ authority: known, end: "none" });
  });

  it("ends the sessions exactly when they must end, and knows what the row says", () => {
    const maybe = fc.option(authority);
    fc.assert(
      fc.property(maybe, maybe, (before, row) => {
        const taken = takeOver(before, row);
        expect(taken.end).toBe(mustEnd(before, row) ? "all" : "none");
        expect(row ?? { status: "deleted", roles: [] }).toMatchObject(
          row === null ? { status: taken.authority.status, roles: [] } : taken.authority,
        );
      }),
    );
  });

  it("of a row that is gone makes every row read before look old", () => {
    fc.assert(
      fc.property(fc.option(authority), (before) => {
        expect(takeOver(before, null).authority.version).toBeGreaterThan(before?.version ?? 0);
      }),
    );
  });
});

/** The rule in words: a user who may not act has no session; a new password spares none. */
function mustEnd(before: Authority | null, row: Authority | null): boolean {
  const mayAct = row !== null && row.status === "active";
  const newPassword = before !== null && row?.passwordSetAt !== before.passwordSetAt;
  return !mayAct || newPassword;
}
