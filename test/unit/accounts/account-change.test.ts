import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccountChange,
  type ChangeVerdict,
  judgeChange,
} from "../../../src/domain/accounts/account-change.ts";
import type { Authority } from "../../../src/domain/accounts/authority.ts";
import { authority } from "../../support/arbitraries.ts";
import { someEmail } from "../../support/samples.ts";

const setPassword = { kind: "set_password", passwordHash: "h" } as const;
const resetPassword = { kind: "reset_password", passwordHash: "h" } as const;
const verifyEmail = { kind: "verify_email", keepPassword: false } as const;
const setEmail = { kind: "set_email", email: someEmail() } as const;
const changes: readonly AccountChange[] = [
  setPassword,
  resetPassword,
  verifyEmail,
  { kind: "verify_email", keepPassword: true },
  setEmail,
  { kind: "set_status", status: "disabled" },
  { kind: "set_status", status: "active" },
  { kind: "assign_role", role: "support" },
  { kind: "remove_role", role: "support" },
  { kind: "delete" },
];
const change = fc.constantFrom(...changes);

const row = (rest: Partial<Authority>): { changeId: string; authority: Authority } => ({
  changeId: "another",
  authority: { status: "active", roles: ["user"], version: 3, passwordSetAt: 1, ...rest },
});

describe("what became of a change", () => {
  it("CFW-11 is told from the row when the reply was lost: it carries the change's id", () => {
    fc.assert(
      fc.property(change, authority, fc.nat({ max: 3 }), (asked, found, base) => {
        const verdict = judgeChange(asked, "mine", base, { changeId: "mine", authority: found });
        expect(verdict).toBe("applied");
      }),
    );
  });

  it("is that the account is gone, which is what a deletion wanted", () => {
    for (const asked of changes) {
      const expected = asked.kind === "delete" ? "applied" : "not_found";
      expect(judgeChange(asked, "mine", 3, null)).toBe(expected);
    }
  });

  it("is that another was first, whatever the row says now", () => {
    fc.assert(
      fc.property(change, authority, fc.nat({ max: 3 }), (asked, found, base) => {
        fc.pre(found.version !== base);
        const verdict = judgeChange(asked, "mine", base, { changeId: "another", authority: found });
        expect(verdict).toBe("moved");
      }),
    );
  });

  it.each<[string, AccountChange, Partial<Authority>, ChangeVerdict]>([
    ["a status that it had", { kind: "set_status", status: "active" }, {}, "unchanged"],
    ["the last admin's status", { kind: "set_status", status: "disabled" }, {}, "last_admin"],
    ["a role that it held", { kind: "assign_role", role: "user" }, {}, "unchanged"],
    ["a role that there is not", { kind: "assign_role", role: "support" }, {}, "no_such_role"],
    ["the last admin's role", { kind: "remove_role", role: "user" }, {}, "last_admin"],
    ["a role that it did not hold", { kind: "remove_role", role: "support" }, {}, "unchanged"],
    ["the last admin", { kind: "delete" }, {}, "last_admin"],
    ["a password on a row not yet seen", setPassword, {}, "moved"],
    ["a reset on a row not yet seen", resetPassword, {}, "moved"],
    ["an address that was verified", verifyEmail, {}, "moved"],
    ["an address that another has", setEmail, {}, "email_taken"],
  ])("is a refusal when the version held, for %s", (_, asked, rest, verdict) => {
    expect(judgeChange(asked, "mine", 3, row(rest))).toBe(verdict);
  });

  it("is never called applied when another change made the row", () => {
    fc.assert(
      fc.property(change, authority, fc.nat({ max: 3 }), (asked, found, base) => {
        const after = { changeId: "another", authority: found };
        expect(judgeChange(asked, "mine", base, after)).not.toBe("applied");
      }),
    );
  });
});
